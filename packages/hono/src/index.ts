import {
  type Session,
  type SessionData,
  type SessionManager,
  SessionUsageError,
} from '@sojourn/core'
import { checkManager, createRequestSessions, type RequestSessions } from '@sojourn/core/binding'
import type { Context, MiddlewareHandler } from 'hono'
import { honoCarrier } from './carrier.ts'
import { endVisit } from './commit-sessions.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { csrf, requireRecent, requireSession } from './guards.ts'

/** What `sessions(manager)` adds to an application's `Env`: `new Hono<SessionEnv>()`. */
export interface SessionEnv<Data extends object = SessionData, As extends string = 'session'> {
  Variables: { [Name in As]: Session<Data> }
}

/** How sessions are mounted on a Hono application. */
export interface SessionsOptions<As extends string = 'session'> {
  /** The name of the session on the context; another one for a second manager. @default 'session' */
  readonly as?: As
  /**
   * Whether to believe X-Forwarded-Proto, because the only way here is a proxy that sets it. Else a request is as secure
   * as its URL says.
   * @default false
   */
  readonly trustProxy?: boolean
}

const visits = new WeakMap<Context, RequestSessions>()

/**
 * Gives each request its `c.get('session')`, and commits it before the response is handed on. A stream begins after
 * that, so what its callback changes later is late. Trouble goes to the application's `onError`; Hono's own answers with
 * the error's status and headers: 503 and Retry-After for a store that is down.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function sessions<Data extends object, As extends string = 'session'>(
  manager: SessionManager<Data>,
  { as = 'session' as As, trustProxy = false }: SessionsOptions<As> = {},
): MiddlewareHandler<SessionEnv<Data, As>> {
  checkManager(manager)
  checkTrust(trustProxy)
  return async (c, next) => {
    const outer = visits.get(c)
    const visit = outer ?? createRequestSessions()
    visits.set(c, visit)
    const use = { secure: isSecure(c, trustProxy), isSent: () => visit.isSent }
    c.set(as, await visit.load(manager, honoCarrier(c, use)))
    if (outer) return next()
    try {
      await next()
    } finally {
      await endVisit(visit, c)
    }
  }
}

function isSecure(c: Context, trustProxy: boolean): boolean {
  const forwarded = trustProxy ? c.req.header('x-forwarded-proto') : undefined
  if (forwarded === undefined) return c.req.url.startsWith('https:')
  return /^\s*https\s*(,|$)/i.test(forwarded)
}

function checkTrust(trustProxy: unknown): void {
  if (typeof trustProxy !== 'boolean')
    throw new SessionUsageError('ERR_CONFIG_INVALID', 'trustProxy must be true or false.')
}
