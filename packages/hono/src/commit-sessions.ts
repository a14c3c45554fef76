import type { RequestSessions } from '@sojourn/core/binding'
import type { Context, Next } from 'hono'
import { isUpgrade } from './upgrade.ts'

/**
 * Calls `next` and commits. `next` resolves for an Error too: Hono has made a response of it by `onError`. It rejects
 * with everything else, which Hono passes on to the server, so no cookie can be sent; and with an Error that `onError`
 * has thrown, whose response takes over the headers of this one.
 */
export async function nextAndCommit(
  sessions: RequestSessions,
  c: Context,
  next: Next,
): Promise<void> {
  try {
    await next()
  } catch (thrown) {
    if (thrown instanceof Error) await commitSessions(sessions, c)
    else await commitCookieless(sessions, c)
    throw thrown
  }
  await commitSessions(sessions, c)
}

function commitCookieless(sessions: RequestSessions, c: Context): Promise<void> {
  sessions.isSent = cannotSetHeaders(c)
  return sessions.commit({ cookieless: true })
}

/**
 * Commits all sessions of a request and sets their headers on its response. If a commit fails, the response is
 * replaced by an empty one with the cookies of those that were saved, and the error is thrown.
 */
async function commitSessions(sessions: RequestSessions, c: Context): Promise<void> {
  sessions.isSent = cannotSetHeaders(c)
  try {
    await sessions.commit()
  } catch (error) {
    clearResponse(c)
    sessions.isSent = false
    // Sets the cookies of the saved sessions again. Failed commits are not repeated.
    await sessions.commit().catch(() => undefined)
    throw error
  }
}

/** True for an upgrade, a network error, and a response that was written to `c.env.outgoing`, Node's own. */
function cannotSetHeaders(c: Context): boolean {
  const outgoing = Object(c.env).outgoing
  return (c.finalized && c.res.status < 200) || outgoing?.headersSent === true || isUpgrade(c)
}

/** Removes the response: Hono would add its headers to the error's response. */
function clearResponse(c: Context): void {
  c.res.body?.cancel().catch(() => undefined) // nothing reads it any more, and it may hold a file open
  c.res = undefined
  c.res = new Response(null)
}
