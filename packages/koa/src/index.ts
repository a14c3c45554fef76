import type { RouteResponse, Session, SessionManager } from '@sojourn/core'
import { checkMount, createSessionProperty, markPassive } from '@sojourn/core/binding'
import { deviceResponse, exposeSession, mountSession, sessionOf } from '@sojourn/node'
import type { Context, Middleware, ParameterizedContext } from 'koa'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { csrf, requireBound, requireRecent, requireSession } from './guards.ts'

declare module 'koa' {
  interface DefaultContext {
    /**
     * The request's session, once `sessions(manager)` is mounted. Declare the keys of its data in core's SessionData.
     */
    session: Session
  }
}

/** Options of `sessions`. */
export interface SessionsOptions {
  /** The name of the session on the context. A second manager needs another one. @default 'session' */
  readonly as?: string
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it. For one route, mount `sessions(manager, { passive: () => true })` before it too: a request is passive if
   * one of its mounts says so.
   * @default every request prolongs its session
   */
  readonly passive?: (ctx: Context) => boolean
}

/**
 * Returns middleware that loads the session of each request as `ctx.session` and commits it before the first byte of
 * the response is sent. `ctx.secure` decides whether a Secure cookie is sent: behind a proxy that ends TLS, set Koa's
 * `proxy`.
 *
 * If the store fails, the middleware throws a SessionStoreError; Koa's default error handling sends the error's status
 * 503 and Retry-After. If a handler writes to `ctx.res` itself, the middleware ends before the commit, and the error
 * goes to `ctx.onerror`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { sessions } from '@sojourn/koa'
 * import { memoryStore } from '@sojourn/store-memory'
 * import Koa from 'koa'
 *
 * const manager = createSessionManager(envConfig(secret, { store: memoryStore() }))
 *
 * const app = new Koa()
 * app.use(sessions(manager))
 * app.use((ctx) => {
 *   ctx.body = `Hello ${ctx.session.userId ?? 'stranger'}`
 * })
 * ```
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  options: SessionsOptions = {},
): Middleware {
  const { as = 'session', passive } = checkMount(manager, options, {
    call: 'app.use(sessions(manager))',
    known: { as: true, passive: true },
  })
  const hasFingerprint = manager.fingerprint.length > 0
  const property = createSessionProperty<ParameterizedContext>(as, ({ req }) =>
    sessionOf(manager, req),
  )
  const deviceRequest = ({ req, res, secure, originalUrl }: ParameterizedContext) =>
    deviceResponse(manager, { request: req, response: res, secure, path: originalUrl })
  return async (ctx, next) => {
    const answering = manager.route && deviceRequest(ctx)
    const answer = answering && (await answering)
    if (answer) return sendDeviceResponse(ctx as Context, answer)
    const expose = () => {
      exposeSession(manager, { request: ctx.req, target: ctx, property })
      markPassive(sessionOf(manager, ctx.req), ctx as Context, passive)
    }
    if (sessionOf(manager, ctx.req)) {
      expose()
      return next()
    }
    const { commit } = await mountSession(manager, {
      request: ctx.req,
      response: ctx.res,
      secure: ctx.secure,
      ip: hasFingerprint ? ctx.ip : undefined,
      as,
      fail: (error) => ctx.onerror(error as Error), // Koa converts other values
    })
    expose()
    try {
      await next()
    } catch (thrown) {
      // The client has left, and Koa sends nothing that would start the commit. If it fails, core's events show it.
      if (!isSent(ctx) && !ctx.writable) await commit()?.catch(() => undefined)
      throw thrown ?? new Error(`A handler threw ${thrown}`) // Koa never responds to `throw undefined`
    }
    // The handler sends this response without Koa: the first write to `ctx.res` starts the commit.
    if (ctx.respond === false || isSent(ctx)) return
    try {
      await commit()
    } catch (error) {
      clearResponse(ctx as Context, error)
      throw error
    }
  }
}

/** Sends the response to a request that a browser makes by itself, by Koa's own means: middleware around may set headers. */
function sendDeviceResponse(ctx: Context, { status, headers, body = '' }: RouteResponse): void {
  ctx.status = status
  for (const [name, value] of headers)
    if (name === 'Set-Cookie') ctx.append(name, value)
    else ctx.set(name, value)
  ctx.body = body
}

/** True too without a response: koa-websocket passes none, because an upgrade has no other than the socket. */
function isSent({ res }: ParameterizedContext): boolean {
  return Object(res).headersSent !== false
}

/** Clears the response if its commit failed: middleware that catches the error may send what the handler has set. */
function clearResponse(ctx: Context, error: unknown): void {
  const { status = 500, headers = {} } = Object(error)
  for (const name of ctx.res.getHeaderNames()) ctx.remove(name)
  ctx.body = undefined
  ctx.status = status
  ctx.set(headers)
}
