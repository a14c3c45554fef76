import type { Duration } from '@sojourn/core'
import {
  type BoundGuardOptions,
  type CsrfOptions,
  checkFetch,
  createGuards,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from '@sojourn/core/binding'
import type { Context, MiddlewareHandler } from 'hono'
import { announceVary, ensureVary } from './carrier.ts'

const guards = createGuards<Context, MiddlewareHandler>({
  access: (guard) => async (c, next) => {
    const location = guard.check(c, c.get(guard.as))
    if (location !== undefined) return c.redirect(location, 303)
    await next()
  },
  csrf: (guard) => async (c, next) => {
    const lines = await checkFetch(guard, {
      request: c.req.raw,
      session: c.get(guard.as),
      parsed: () => c.req.parseBody({ all: true }),
    })
    const vary = lines.flatMap(([, value]) => value.split(', ')) // the check adds nothing but `Vary`
    if (vary.length > 0) announceVary(c, vary)
    await next()
    if (vary.length > 0) ensureVary(c, vary)
  },
})

/**
 * Returns middleware that lets logged-in users pass. Anonymous visitors are redirected to `redirectTo` with 303;
 * without it, a SessionAccessError `ERR_SESSION_REQUIRED` with status 401 goes to `onError`. Mount it after
 * `sessions(manager)`; without a session it throws `ERR_SESSION_MISSING`.
 *
 * @example
 * ```ts
 * import { requireSession } from '@sojourn/hono'
 *
 * app.use('/account/*', requireSession({ redirectTo: '/login' }))
 * ```
 */
export const requireSession: (options?: SessionGuardOptions<Context>) => MiddlewareHandler =
  guards.requireSession

/**
 * Returns middleware that lets users pass who logged in within `duration`, or proved the option `method`. Others are redirected or refused as by
 * `requireSession`, with the code `ERR_SESSION_NOT_RECENT`.
 *
 * @example
 * ```ts
 * import { requireRecent } from '@sojourn/hono'
 *
 * app.use('/account/password', requireRecent('10m', { redirectTo: '/confirm-password' }))
 * ```
 */
export const requireRecent: (
  duration: Duration,
  options?: RecentGuardOptions<Context>,
) => MiddlewareHandler = guards.requireRecent

/**
 * Returns middleware that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. Others are refused with the code `ERR_SESSION_NOT_BOUND`, status 403; where a login helps, with 401, or
 * redirected to `redirectTo`.
 *
 * @example
 * ```ts
 * import { requireBound } from '@sojourn/hono'
 *
 * app.use('/payments', requireBound({ orRecent: '5m' }))
 * ```
 */
export const requireBound: (options?: BoundGuardOptions<Context>) => MiddlewareHandler =
  guards.requireBound

/**
 * Returns middleware that refuses cross-site requests with 403 `ERR_CSRF_REFUSED`. With `token` it also requires the
 * session's token, in the header `X-CSRF-Token` or the field `_csrf` of a form of up to 1 MiB.
 *
 * @example
 * ```ts
 * import { csrf } from '@sojourn/hono'
 *
 * app.use(csrf({ trustedOrigins: ['https://app.example.com'] }))
 * ```
 */
export const csrf: (options?: CsrfOptions) => MiddlewareHandler = guards.csrf
