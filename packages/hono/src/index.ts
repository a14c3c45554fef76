import {
  type Session,
  type SessionData,
  type SessionManager,
  SessionUsageError,
} from '@sojourn/core'
import {
  checkIpOption,
  checkMount,
  createRequestSessions,
  isForwardedHttps,
  markPassive,
  type RequestSessions,
  refuseReplacement,
  refuseTaken,
} from '@sojourn/core/binding'
import type { Context, MiddlewareHandler } from 'hono'
import { HonoCarrier } from './carrier.ts'
import { nextAndCommit } from './commit-sessions.ts'
import { deviceResponse } from './device-routes.ts'
import { stateOf } from './request-state.ts'
import { commitOnceClosed, isUpgrade } from './upgrade.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { csrf, requireBound, requireRecent, requireSession } from './guards.ts'

/**
 * The part of an application's `Env` that `sessions(manager)` adds. Hono infers it for routes chained to `use`; for
 * other routes, pass it as a type argument.
 *
 * @example
 * ```ts
 * import { type SessionEnv, sessions } from '@sojourn/hono'
 * import { Hono } from 'hono'
 *
 * const app = new Hono<SessionEnv<ShopData>>()
 * app.use(sessions(manager))
 * ```
 */
export interface SessionEnv<Data extends object = SessionData, As extends string = 'session'> {
  Variables: { [Name in As]: Session<Data> }
}

/** Options of `sessions`. */
export interface SessionsOptions<As extends string = 'session'> {
  /** The name of the session on the context. A second manager needs another one. @default 'session' */
  readonly as?: As
  /**
   * Whether to trust the header X-Forwarded-Proto (`https` or `http`). Set it only if all requests come through a proxy
   * that sets the header. Without the option or the header, the scheme of the URL counts.
   * @default false
   */
  readonly trustProxy?: boolean
  /**
   * Returns the address of the client, for the option `fingerprint`: `(c) => getConnInfo(c).remote.address`, of the adapter
   * of your runtime; behind a proxy, the last address in the header that it writes. Only called with that option, and
   * required if it compares addresses.
   */
  readonly ip?: (c: Context) => string | undefined
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it. For one route, mount `sessions(manager, { passive: () => true })` before it too: a request is passive if
   * one of its mounts says so.
   * @default every request prolongs its session
   */
  readonly passive?: (c: Context) => boolean
}

/**
 * Returns middleware that loads the session of each request as `c.get('session')` and commits it before the response
 * is returned. The callback of a stream runs afterwards, so its changes are too late, and so are those of a WebSocket's
 * handlers: an upgrade counts as sent. If the store fails, a SessionStoreError goes to the application's `onError`; Hono's
 * default `onError` sends the error's status 503 and Retry-After. With several managers, the outermost middleware commits
 * the sessions of all.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager, or an option is
 * invalid or unknown.
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { sessions } from '@sojourn/hono'
 * import { memoryStore } from '@sojourn/store-memory'
 * import { Hono } from 'hono'
 *
 * const manager = createSessionManager(envConfig(secret, { store: memoryStore() }))
 *
 * const app = new Hono()
 *   .use(sessions(manager))
 *   .get('/', (c) => c.text(`Hello ${c.get('session').userId ?? 'stranger'}`))
 * ```
 */
export function sessions<Data extends object, As extends string = 'session'>(
  manager: SessionManager<Data>,
  options: SessionsOptions<As> = {},
): MiddlewareHandler<SessionEnv<Data, As>> {
  const {
    as = 'session' as As,
    trustProxy = false,
    ip,
    passive,
  } = checkMount(manager, options, {
    call: 'app.use(sessions(manager))',
    known: { as: true, trustProxy: true, ip: true, passive: true },
  })
  checkTrustProxy(trustProxy)
  checkIpOption(manager, ip, 'Give ip: (c) => getConnInfo(c).remote.address')
  const ipOf = manager.fingerprint.length > 0 ? ip : undefined
  return async (c, next) => {
    const answering = manager.route && deviceResponse(manager.route, c, isSecure(c, trustProxy))
    const answer = answering && (await answering)
    if (answer) return answer
    const outer = stateOf(c).sessions
    const requestSessions = outer ?? sessionsOf(c)
    const carrier = new HonoCarrier(c, requestSessions, {
      secure: isSecure(c, trustProxy),
      ip: ipOf?.(c),
    })
    const loadAndExpose = async () => {
      const session = await requestSessions.load(manager, carrier, as)
      exposeSession(c, as, session)
      markPassive(session, c, passive)
    }
    if (outer) {
      await loadAndExpose()
      return next()
    }
    try {
      await loadAndExpose()
      await nextAndCommit(requestSessions, c, next)
      reportError(manager, c.error)
    } catch (error) {
      reportError(manager, error)
      throw error
    }
  }
}

/** Reports errors that Hono's default handler responds to without a log. It logs all others. */
function reportError(manager: Pick<SessionManager, 'reportError'>, error: unknown): void {
  if (typeof Object(error).getResponse === 'function') manager.reportError(error)
}

/**
 * Sets the session as a variable of the context, and refuses another value from then on: other libraries log out by
 * setting it to null. `c.set` is replaced because Hono keeps its variables to itself.
 */
function exposeSession(c: Context, as: string, session: Session<object>): void {
  const found: unknown = c.get(as)
  if (found === session) return
  if (found !== undefined && found !== null) refuseTaken(as)
  const { set } = c
  set(as, session)
  c.set = (name: string, value: unknown) => {
    if (name === as && value !== session) refuseReplacement(as, value)
    set(name, value)
  }
}

/** Creates the sessions of a request. An upgrade counts as sent from the start. */
function sessionsOf(c: Context): RequestSessions {
  const sessions = createRequestSessions()
  stateOf(c).sessions = sessions
  if (isUpgrade(c)) {
    sessions.isSent = true
    commitOnceClosed(c, sessions)
  }
  return sessions
}

function isSecure(c: Context, trustProxy: boolean): boolean {
  const forwarded = trustProxy ? c.req.header('x-forwarded-proto') : undefined
  if (forwarded === undefined) return c.req.url.startsWith('https:')
  return isForwardedHttps(forwarded)
}

function checkTrustProxy(trustProxy: unknown): void {
  if (typeof trustProxy !== 'boolean')
    throw new SessionUsageError('ERR_CONFIG_INVALID', 'trustProxy must be true or false.')
}
