import type { RequestSessions } from '@sojourn/core/binding'
import type { Context } from 'hono'

/**
 * Commits all sessions and says in the response's headers what must be said of them. Where a commit fails, the response
 * is withdrawn, but for the cookies of what was kept, and the error is thrown.
 */
export async function endVisit(visit: RequestSessions, c: Context): Promise<void> {
  visit.isSent = isOutOfReach(c)
  try {
    await visit.commit()
  } catch (error) {
    withdraw(c)
    visit.isSent = false
    await visit.commit().catch(() => undefined) // says again what was kept, and nothing else: what failed writes no more
    throw error
  }
}

/** An upgrade and a network error take no headers; nor does a response that was written to Node's own. */
function isOutOfReach(c: Context): boolean {
  const outgoing = Object(c.env).outgoing
  return (c.finalized && c.res.status < 200) || outgoing?.headersSent === true
}

/** Hono would put the headers of the response that fails onto the one that answers for it. */
function withdraw(c: Context): void {
  c.res.body?.cancel().catch(() => undefined) // nobody will read it, and it may hold a file open
  c.res = undefined
  c.res = new Response(null)
}
