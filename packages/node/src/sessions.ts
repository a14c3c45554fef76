import type { IncomingMessage } from 'node:http'
import type { SessionManager } from '@sojourn/core'
import { checkMount, createSessionProperty, markPassive } from '@sojourn/core/binding'
import { isThenable } from '@sojourn/core/store'
import { deviceResponse, sendDeviceResponse } from './device-routes.ts'
import { applyErrorHead } from './head.ts'
import { asHttp1, type NodeRequest, type NodeResponse } from './http2.ts'
import { exposeSession, mount, sessionOf } from './mount-session.ts'
import { nextTick } from './timers.ts'
import { hasResponse } from './upgrade.ts'

/** Options of `sessions`. */
export interface SessionsOptions<Request extends NodeRequest = IncomingMessage> {
  /** The name of the session on the request. A second manager needs another one. @default 'session' */
  readonly as?: string
  /** Returns whether the client uses HTTPS. @default whether the connection itself is encrypted */
  readonly isSecure?: (request: Request) => boolean
  /**
   * Returns the address of the client, for the option `fingerprint`. Only called with that option.
   * @default that of the connection, which behind a proxy is the proxy's
   */
  readonly ip?: (request: Request) => string | undefined
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it. For one route, mount `sessions(manager, { passive: () => true })` before it too: a request is passive if
   * one of its mounts says so.
   * @default every request prolongs its session
   */
  readonly passive?: (request: Request) => boolean
}

/** A handler as Connect and Express mount it. */
export type Handler<Request, Response> = (
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
) => void

/**
 * Returns a handler that loads the session of each request as `request.session` and commits it before the first byte
 * of the response is sent. If the store fails, its SessionStoreError goes to `next`, with status 503 and Retry-After
 * already on the response. Mounted twice with the same manager, the second handler uses the session of the first.
 * A request fails with `ERR_CONFIG_INVALID` if two managers share a cookie, or the name is taken on the request.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager or an option is unknown.
 *
 * @example
 * ```ts
 * import { createServer, type IncomingMessage } from 'node:http'
 * import type { Session } from '@sojourn/core'
 * import { sessions } from '@sojourn/node'
 *
 * const withSession = sessions(manager)
 * createServer((request: IncomingMessage & { session?: Session }, response) => {
 *   withSession(request, response, (error) => {
 *     if (error) return response.end('Please try again.\n') // the status is set
 *     response.end(`Hello ${request.session?.userId ?? 'stranger'}\n`)
 *   })
 * })
 * ```
 */
export function sessions<
  Data extends object,
  Request extends NodeRequest,
  Response extends NodeResponse,
>(
  manager: SessionManager<Data>,
  options: SessionsOptions<Request> = {},
): Handler<Request, Response> {
  const {
    as = 'session',
    isSecure,
    ip,
    passive,
  } = checkMount(manager, options, {
    call: 'app.use(sessions(manager))',
    known: { as: true, isSecure: true, ip: true, passive: true },
  })
  const hasFingerprint = manager.fingerprint.length > 0
  const property = createSessionProperty<Request>(as, (request) => sessionOf(manager, request))
  return (request, response, next) => {
    const expose = () => {
      try {
        exposeSession(manager, { request, target: request, property })
        markPassive(sessionOf(manager, request), request, passive)
      } catch (error) {
        if (hasResponse(request, response)) applyErrorHead(asHttp1(response), error)
        next(error)
        return
      }
      next()
    }
    if (sessionOf(manager, request)) {
      expose()
      return
    }
    const secure = isSecure?.(request)
    const load = () => {
      const clientIp = hasFingerprint ? ip?.(request) : undefined
      const mounting = mount(manager as SessionManager, {
        request,
        response,
        fail: next,
        as,
        secure,
        ip: clientIp,
      })
      if (!isThenable(mounting)) {
        expose()
        return
      }
      // Outside of the promise, so that an error thrown by `next` is an uncaught exception of the application's own.
      mounting.then(
        () => nextTick(expose),
        (error: unknown) => nextTick(next, error),
      )
    }
    const answering = deviceResponse(manager, { request, response, secure })
    if (!answering) {
      load()
      return
    }
    answering.then(
      (answer) => (answer ? sendDeviceResponse(response, answer) : nextTick(load)),
      (error: unknown) => nextTick(next, error),
    )
  }
}
