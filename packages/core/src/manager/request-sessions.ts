import type { Carrier } from '../http/carrier.ts'
import type { Session } from '../session/session.ts'
import type { SessionManager } from './manager.ts'

/** The sessions of one request, by their managers: for a binding that is handed the response in one piece. */
export interface RequestSessions {
  /** Whether the response is out of reach: what the carriers of the request say by `sent`. */
  isSent: boolean
  /** The session of a manager, loaded once. */
  load<Data extends object>(manager: SessionManager<Data>, carrier: Carrier): Promise<Session<Data>>
  /**
   * Commits all sessions, side by side. To all but these commits the response is sent from here on: a login that began now
   * would lose its cookie. For another response in its place `isSent` is set back and all are committed again.
   * @throws what the first commit that failed throws, when all have ended.
   */
  commit(): Promise<void>
}

/** Begins the visit of one request. */
export function createRequestSessions(): RequestSessions {
  const opening = new Map<object, Promise<Session<object>>>()
  const commits: (() => Promise<void> | undefined)[] = []

  return {
    isSent: false,
    load<Data extends object>(manager: SessionManager<Data>, carrier: Carrier) {
      const known = opening.get(manager)
      if (known) return known as Promise<Session<Data>> // each lies under its own manager
      const loading = manager.load(carrier).then((session) => {
        commits.push(() => manager.commit(session, carrier))
        return session
      })
      opening.set(manager, loading)
      return loading
    },
    async commit() {
      const pending = commits.map((commit) => commit()).filter((commit) => commit !== undefined)
      this.isSent = true
      if (pending.length === 0) return
      const outcomes = await Promise.allSettled(pending)
      const failed = outcomes.find((outcome) => outcome.status === 'rejected')
      if (failed) throw failed.reason
    },
  }
}
