import type { Session, SessionManager } from '@sojourn/core'
import type { Context } from 'hono'
import { honoCarrier } from './carrier.ts'

/** The sessions of one request, by their managers. */
export interface Visit {
  /** The session of a manager, loaded once. */
  open<Data extends object>(manager: SessionManager<Data>, secure: boolean): Promise<Session<Data>>
  /**
   * Commits all sessions, side by side, and says in the response's headers what must be said of them. Where a commit
   * fails, the response is withdrawn, but for the cookies of what was kept, and the error is thrown.
   */
  end(): Promise<void>
}

/** Begins the visit of one request; whoever begins it ends it. */
export function beginVisit(c: Context): Visit {
  const sessions = new Map<object, Session<object>>()
  const commits: (() => Promise<void> | undefined)[] = []
  let isSent = false

  return {
    async open<Data extends object>(manager: SessionManager<Data>, secure: boolean) {
      const known = sessions.get(manager)
      if (known) return known as Session<Data> // each lies under its own manager
      const carrier = honoCarrier(c, { secure, isSent: () => isSent })
      const session = await manager.load(carrier)
      sessions.set(manager, session)
      commits.push(() => manager.commit(session, carrier))
      return session
    },
    async end() {
      isSent = isOutOfReach(c)
      const failed = await commitAll()
      if (!failed) return
      withdraw(c)
      isSent = false
      await commitAll() // says again what was kept, and nothing else: a commit that failed writes no more
      throw failed.reason
    },
  }

  /** To all but these commits the response is sent from here on: a login that began now would lose its cookie. */
  async function commitAll(): Promise<PromiseRejectedResult | undefined> {
    const pending = commits.map((commit) => commit()).filter((commit) => commit !== undefined)
    isSent = true
    if (pending.length === 0) return undefined
    const outcomes = await Promise.allSettled(pending)
    return outcomes.find((outcome) => outcome.status === 'rejected')
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
