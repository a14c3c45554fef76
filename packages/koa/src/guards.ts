import type { Duration } from '@sojourn/core'
import {
  type BoundGuardOptions,
  type CsrfOptions,
  createGuards,
  csrfField,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from '@sojourn/core/binding'
import { nodeCarrier } from '@sojourn/node'
import type { Context, Middleware } from 'koa'

const guards = createGuards<Context, Middleware>({
  access: (guard) => (ctx, next) => {
    const location = guard.check(ctx as Context, ctx[guard.as])
    if (location === undefined) return next()
    ctx.status = 303
    ctx.redirect(location)
  },
  csrf: (guard) => (ctx, next) => {
    const { req, res, request } = ctx
    const host = ctx.get(':authority') || ctx.get('host') // HTTP/2 sends the host as `:authority`
    const view = { ...nodeCarrier(req, res), method: req.method ?? '', host }
    guard.check(view, ctx[guard.as], csrfField(Reflect.get(request, 'body')))
    return next()
  },
})

/**
 * Returns middleware that lets logged-in users pass. Anonymous visitors are redirected to `redirectTo` with 303;
 * without it, a SessionAccessError `ERR_SESSION_REQUIRED` with status 401 is thrown. Mount it after
 * `sessions(manager)`; without a session it throws `ERR_SESSION_MISSING`.
 *
 * @example
 * ```ts
 * import { requireSession } from '@sojourn/koa'
 *
 * app.use(requireSession({ redirectTo: (ctx) => `/login?next=${encodeURIComponent(ctx.url)}` }))
 * ```
 */
export const requireSession: (options?: SessionGuardOptions<Context>) => Middleware =
  guards.requireSession

/**
 * Returns middleware that lets users pass who logged in within `duration`, or proved the option `method`. Others are redirected or refused as by
 * `requireSession`, with the code `ERR_SESSION_NOT_RECENT`.
 *
 * @example
 * ```ts
 * import { requireRecent } from '@sojourn/koa'
 *
 * app.use(requireRecent('10m', { redirectTo: '/confirm-password' }))
 * ```
 */
export const requireRecent: (
  duration: Duration,
  options?: RecentGuardOptions<Context>,
) => Middleware = guards.requireRecent

/**
 * Returns middleware that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. Others are refused with the code `ERR_SESSION_NOT_BOUND`, status 403; where a login helps, with 401, or
 * redirected to `redirectTo`.
 *
 * @example
 * ```ts
 * import { requireBound } from '@sojourn/koa'
 *
 * app.use(requireBound({ orRecent: '5m' }))
 * ```
 */
export const requireBound: (options?: BoundGuardOptions<Context>) => Middleware =
  guards.requireBound

/**
 * Returns middleware that refuses cross-site requests with 403 `ERR_CSRF_REFUSED`. With `token` it also requires the
 * session's token, in the header `X-CSRF-Token` or the field `_csrf` of `ctx.request.body`: mount it after the body
 * parser.
 *
 * @example
 * ```ts
 * import { csrf } from '@sojourn/koa'
 *
 * app.use(csrf({ trustedOrigins: ['https://app.example.com'] }))
 * ```
 */
export const csrf: (options?: CsrfOptions) => Middleware = guards.csrf
