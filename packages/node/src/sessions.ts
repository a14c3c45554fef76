import type { IncomingMessage } from 'node:http'
import type { Session, SessionManager } from '@sojourn/core'
import { checkManager } from '@sojourn/core/binding'
import type { NodeRequest, NodeResponse } from './http2.ts'
import { mountSession, sessionOf } from './mount-session.ts'

/** How sessions are mounted. */
export interface SessionsOptions<Request extends NodeRequest = IncomingMessage> {
  /** The name of the session on the request; another one for a second manager. @default 'session' */
  readonly as?: string
  /** Whether a request came by HTTPS. @default whether its own connection is encrypted */
  readonly isSecure?: (request: Request) => boolean
}

/** A handler of the kind that Connect and Express mount. */
export type Handler<Request, Response> = (
  request: Request,
  response: Response,
  next: (error?: unknown) => void,
) => void

/**
 * Gives each request its session, and commits it before the first byte of the response. Trouble goes to `next(error)`,
 * with the error's status and headers on the response: a store that is down is a SessionStoreError, 503, Retry-After.
 * Mounted again with the same manager it only gives the session that the request has.
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
    const present = sessionOf(manager, request)
    if (present) {
      Object.assign(request, { [as]: present })
      next()
      return
    }
    const secure = isSecure ? { secure: isSecure(request) } : {}
    const begin = (session: Session<Data>) => {
      Object.assign(request, { [as]: session })
      next()
    }
    // Outside of the promise: what the application throws is its own, and no unhandled rejection of ours.
    mountSession(manager, { request, response, fail: next, ...secure }).then(
      ({ session }) => process.nextTick(begin, session),
      (error: unknown) => process.nextTick(next, error),
    )
  }
}
