import type { Duration, Session, SessionManager } from '@sojourn/core'
import {
  type BoundGuardOptions,
  type CsrfOptions,
  checkMount,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from '@sojourn/core/binding'
import * as node from '@sojourn/node'
import type { Request, RequestHandler } from 'express'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { type PassportOptions, passportSession } from './passport-session.ts'

declare global {
  namespace Express {
    interface Request {
      /**
       * The request's session, once `sessions(manager)` is mounted. Declare the keys of its data in core's
       * SessionData.
       */
      session: Session
    }
  }
}

/** Options of `sessions`. */
export interface SessionsOptions {
  /** The name of the session on the request. A second manager needs another one. @default 'session' */
  readonly as?: string
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it. For one route, mount `sessions(manager, { passive: () => true })` before it too: a request is passive if
   * one of its mounts says so.
   * @default every request prolongs its session
   */
  readonly passive?: (request: Request) => boolean
}

/**
 * Returns middleware that loads the session of each request as `req.session` and commits it before the first byte of
 * the response is sent. `req.secure` decides whether a Secure cookie is sent: behind a proxy that ends TLS, set
 * Express's 'trust proxy'. If the store fails, its SessionStoreError goes to the application's error handler, with
 * status 503 and Retry-After already on the response.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { sessions } from '@sojourn/express'
 * import { memoryStore } from '@sojourn/store-memory'
 * import express from 'express'
 *
 * const manager = createSessionManager(envConfig(secret, { store: memoryStore() }))
 *
 * const app = express()
 * app.use(sessions(manager))
 * app.get('/', (req, res) => {
 *   res.send(`Hello ${req.session.userId ?? 'stranger'}`)
 * })
 * ```
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  options: SessionsOptions = {},
): RequestHandler {
  checkMount(manager, options, {
    call: 'app.use(sessions(manager))',
    known: { as: true, passive: true },
  })
  return node.sessions(manager, {
    ...options,
    isSecure: (request: Request) => request.secure,
    ip: (request: Request) => request.ip,
  })
}

/**
 * Returns middleware that lets logged-in users pass. Anonymous visitors are redirected to `redirectTo` with 303;
 * without it, a SessionAccessError `ERR_SESSION_REQUIRED` with status 401 goes to the error handler. Mount it after
 * `sessions(manager)`; without a session the error is `ERR_SESSION_MISSING`.
 *
 * @example
 * ```ts
 * import { requireSession } from '@sojourn/express'
 *
 * app.use('/account', requireSession({ redirectTo: '/login' }))
 * ```
 */
export const requireSession: (options?: SessionGuardOptions<Request>) => RequestHandler =
  node.requireSession

/**
 * Returns middleware that lets users pass who logged in within `duration`, or proved the option `method`. Others are redirected or refused as by
 * `requireSession`, with the code `ERR_SESSION_NOT_RECENT`.
 *
 * @example
 * ```ts
 * import { requireRecent } from '@sojourn/express'
 *
 * app.use('/account/password', requireRecent('10m', { redirectTo: '/confirm-password' }))
 * ```
 */
export const requireRecent: (
  duration: Duration,
  options?: RecentGuardOptions<Request>,
) => RequestHandler = node.requireRecent

/**
 * Returns middleware that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. Others are refused with the code `ERR_SESSION_NOT_BOUND`, status 403; where a login helps, with 401, or
 * redirected to `redirectTo`.
 *
 * @example
 * ```ts
 * import { requireBound } from '@sojourn/express'
 *
 * app.use('/payments', requireBound({ orRecent: '5m' }))
 * ```
 */
export const requireBound: (options?: BoundGuardOptions<Request>) => RequestHandler =
  node.requireBound

/**
 * Returns middleware that refuses cross-site requests with 403 `ERR_CSRF_REFUSED`. With `token` it also requires the
 * session's token, in the header `X-CSRF-Token` or the field `_csrf` of `req.body`: mount it after the body parser.
 *
 * @example
 * ```ts
 * import { csrf } from '@sojourn/express'
 *
 * app.use(csrf({ trustedOrigins: ['https://app.example.com'] }))
 * ```
 */
export const csrf: (options?: CsrfOptions) => RequestHandler = node.csrf
