import type { Duration } from '../util/duration.ts'
import {
  type AccessGuard,
  type BoundGuardOptions,
  createBoundGuard,
  createRecentGuard,
  createSessionGuard,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from './access-guard.ts'
import { type CsrfGuard, type CsrfOptions, createCsrfGuard } from './csrf.ts'

/**
 * How a framework runs a guard: all that differs between the guards of two bindings. `Request` is what an application's
 * `redirectTo` function receives, `Handler` the framework's type of a middleware or hook.
 */
export interface GuardAdapter<Request, Handler, CsrfHandler = Handler> {
  /**
   * Returns the handler of `requireSession`, `requireRecent` and `requireBound`. It calls `guard.check(request, session)` with what the
   * application finds under the name `guard.as`, redirects with 303 if that returns an address, and continues
   * otherwise. Errors go to the framework's error handling.
   */
  access(guard: AccessGuard<Request>): Handler
  /**
   * Returns the handler of `csrf`. It calls `guard.check` with the request's headers and parsed body, or `checkFetch`
   * with a Fetch request, and continues. Errors go to the framework's error handling.
   */
  csrf(guard: CsrfGuard): CsrfHandler
}

/** The guards that a binding exports. */
export interface Guards<Request, Handler, CsrfHandler = Handler> {
  /**
   * Returns a handler that lets logged-in users pass. Anonymous visitors are redirected with 303, or refused with the
   * SessionAccessError `ERR_SESSION_REQUIRED`, status 401. With `own`, so are sessions in which somebody acts as the user,
   * with `ERR_SESSION_ACTING`, status 403.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
   */
  requireSession(options?: SessionGuardOptions<Request>): Handler
  /**
   * Returns a handler that lets users pass who logged in, or proved the option `method`, within `duration`. Others are redirected with 303, or refused
   * with the SessionAccessError `ERR_SESSION_NOT_RECENT`, status 401.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for an invalid duration or invalid options.
   */
  requireRecent(duration: Duration, options?: RecentGuardOptions<Request>): Handler
  /**
   * Returns a handler that lets users pass whose browser has proved that it has the key of the session, by the option
   * `deviceBound`, or who meet `orRecent`. Others are refused with the SessionAccessError `ERR_SESSION_NOT_BOUND`, status 403; where a
   * login helps they are redirected with 303, or refused with the status 401.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
   */
  requireBound(options?: BoundGuardOptions<Request>): Handler
  /**
   * Returns a handler that refuses cross-site requests with the SessionAccessError `ERR_CSRF_REFUSED`, status 403.
   * @throws SessionUsageError `ERR_CONFIG_INVALID` for invalid options.
   */
  csrf(options?: CsrfOptions): CsrfHandler
}

/**
 * Creates the guards of a binding from the framework's part of them. Options are checked when an application creates a
 * guard, before the first request.
 *
 * @example
 * ```ts
 * import type { IncomingHttpHeaders } from 'node:http'
 * import { type Carrier, createGuards, csrfField } from '@sojourn/core/binding'
 *
 * interface Context {
 *   method: string
 *   headers: IncomingHttpHeaders
 *   carrier: Carrier
 *   state: Record<string, unknown>
 *   body?: unknown
 *   redirect(status: number, location: string): void
 * }
 * type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>
 *
 * const guards = createGuards<Context, Middleware>({
 *   access: (guard) => async (context, next) => {
 *     const location = guard.check(context, context.state[guard.as])
 *     if (location === undefined) return next()
 *     context.redirect(303, location)
 *   },
 *   csrf: (guard) => async ({ carrier, method, state, body }, next) => {
 *     guard.check({ ...carrier, method }, state[guard.as], csrfField(body))
 *     return next()
 *   },
 * })
 * export const { requireSession, requireRecent, requireBound, csrf } = guards
 * ```
 */
export function createGuards<Request, Handler, CsrfHandler = Handler>(
  adapter: GuardAdapter<Request, Handler, CsrfHandler>,
): Guards<Request, Handler, CsrfHandler> {
  return {
    requireSession: (options) => adapter.access(createSessionGuard(options)),
    requireRecent: (duration, options) => adapter.access(createRecentGuard(duration, options)),
    requireBound: (options) => adapter.access(createBoundGuard(options)),
    csrf: (options) => adapter.csrf(createCsrfGuard(options)),
  }
}
