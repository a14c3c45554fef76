import type { Duration, Session, SessionManager } from '@sojourn/core'
import type { AccessOptions, CsrfOptions } from '@sojourn/core/binding'
import {
  csrf as checkCsrf,
  requireRecent as checkRecent,
  requireSession as checkSession,
  sessions as mount,
} from '@sojourn/node'
import type { Request, RequestHandler } from 'express'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { type PassportOptions, passportSession } from './passport-session.ts'

declare global {
  namespace Express {
    interface Request {
      /** The request's session, once `sessions(manager)` is mounted. Declare its keys in core's SessionData. */
      session: Session
    }
  }
}

/** How sessions are mounted on an Express application. */
export interface SessionsOptions {
  /** The name of the session on the request; another one for a second manager. @default 'session' */
  readonly as?: string
}

/**
 * Gives each request its `req.session`, and commits it before the first byte of the response leaves. Whether a request
 * is secure says Express, by its setting 'trust proxy'. Trouble goes to the application's error handler: a store that is
 * down as a SessionStoreError with status 503, and a Retry-After on the response.
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  { as = 'session' }: SessionsOptions = {},
): RequestHandler {
  return mount(manager, { as, isSecure: (request: Request) => request.secure })
}

/**
 * Lets a logged-in user pass. Others are redirected with 303, or a SessionAccessError `ERR_SESSION_REQUIRED` with status
 * 401 goes to the error handler. `ERR_SESSION_MISSING` where `sessions(manager)` is not mounted before.
 */
export function requireSession(options: AccessOptions<Request> = {}): RequestHandler {
  return checkSession(options)
}

/** Lets a user pass who has proved who they are within `duration`; else as `requireSession`, with `ERR_SESSION_NOT_RECENT`. */
export function requireRecent(
  duration: Duration,
  options: AccessOptions<Request> = {},
): RequestHandler {
  return checkRecent(duration, options)
}

/**
 * Refuses what other sites have a browser send, with 403 `ERR_CSRF_REFUSED`. With `token` it also demands the session's
 * token, from the header `X-CSRF-Token` or the field `_csrf` of `req.body`.
 */
export function csrf(options: CsrfOptions = {}): RequestHandler {
  return checkCsrf(options)
}
