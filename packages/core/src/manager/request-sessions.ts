import type { Carrier } from '../http/carrier.ts'
import type { CommitOptions } from '../session/commit/commit.ts'
import type { Session } from '../session/session.ts'
import { type Awaitable, andThen, rejectThrown } from '../util/and-then.ts'
import { checkManagers, type NamedManager } from './check-managers.ts'
import type { SessionManager } from './manager.ts'

/**
 * The sessions of one request, one per manager. For a binding whose framework returns the response in one piece, such
 * as Hono or Fetch-style handlers.
 */
export interface RequestSessions {
  /** True once the response is out of reach: the carriers of the request return it as `sent`. */
  isSent: boolean
  /**
   * Loads the session of a manager; later calls with the same manager return the same session. `as` is its name on the
   * request, if it has one.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` if another manager of the request uses the same cookie or header.
   */
  load<Data extends object>(
    manager: SessionManager<Data>,
    carrier: Carrier,
    as?: string,
  ): Awaitable<Session<Data>>
  /**
   * Commits all sessions in parallel and sets `isSent`, so that a `login` from here on is refused: its cookie would be
   * lost. If another response is sent instead, the binding sets `isSent` back to false and commits again.
   * @param options as of `SessionManager.commit`: `cookieless` if the binding throws on what a handler has thrown.
   * @throws what the first failed commit throws, after all have settled.
   */
  commit(options?: CommitOptions): Promise<void>
}

/**
 * Creates the sessions of one request.
 * @example
 * const sessions = createRequestSessions()
 * const session = await sessions.load(manager, carrier)
 * // … the handler runs and returns its response …
 * await sessions.commit()
 */
export function createRequestSessions(): RequestSessions {
  return new SessionsOfRequest()
}

/** A manager, and its session once that is loaded. */
interface Mounted extends NamedManager {
  readonly manager: SessionManager
  readonly carrier: Carrier
  readonly loading: Awaitable<Session>
  session: Session | undefined
}

class SessionsOfRequest implements RequestSessions {
  isSent = false
  readonly #mounted: Mounted[] = []

  load<Data extends object>(of: SessionManager<Data>, carrier: Carrier, as?: string) {
    const manager = of as SessionManager
    const known = this.#mounted.find((mounted) => mounted.manager === manager)
    if (known) return known.loading as Awaitable<Session<Data>> // stored under its own manager
    return rejectThrown(() => {
      if (this.#mounted.length > 0) checkManagers([...this.#mounted, { manager, as }])
      const loading = of.load(carrier)
      const mounted: Mounted = { manager, as, carrier, loading, session: undefined }
      this.#mounted.push(mounted)
      return andThen(loading, (session) => {
        mounted.session = session as Session
        return session
      })
    })
  }

  async commit(options?: CommitOptions): Promise<void> {
    const pending: Promise<void>[] = []
    for (const { manager, session, carrier } of this.#mounted) {
      const committing = session && manager.commit(session, carrier, options)
      if (committing) pending.push(committing)
    }
    this.isSent = true
    if (pending.length === 0) return
    const outcomes = await Promise.allSettled(pending)
    const failed = outcomes.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
  }
}
