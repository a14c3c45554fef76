import type { IncomingMessage } from 'node:http'
import type { Session, SessionManager } from '@sojourn/core'
import { checkManager } from '@sojourn/core/binding'
import type { NodeRequest, NodeResponse } from './http2.ts'
import { mountSession, sessionOf } from './mount-session.ts'

/** Options of `sessions`. */
export interface SessionsOptions<Request extends NodeRequest = IncomingMessage> {
  /** The name of the session on the request. A second manager needs another one. @default 'session' */
  readonly as?: string
  /** Returns whether the client uses HTTPS. @default whether the connection itself is encrypted */
  readonly isSecure?: (request: Request) => boolean
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
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager.
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
  { as = 'session', isSecure }: SessionsOptions<Request> = {},
): Handler<Request, Response> {
  checkManager(manager)
  return (request, response, next) => {
    const continueWith = (session: Session<Data>) => {
      Object.assign(request, { [as]: session })
      next()
    }
    const mounted = sessionOf(manager, request)
    if (mounted) {
      continueWith(mounted)
      return
    }
    const secure = isSecure ? { secure: isSecure(request) } : {}
    // Outside of the promise, so that an error thrown by `next` is an uncaught exception of the application's own.
    mountSession(manager, { request, response, fail: next, ...secure }).then(
      ({ session }) => process.nextTick(continueWith, session),
      (error: unknown) => process.nextTick(next, error),
    )
  }
}
