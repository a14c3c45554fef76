import type { Duration } from '@sojourn/core'
import {
  type AccessGuard,
  type AccessOptions,
  type CsrfOptions,
  createCsrfGuard,
  createRecentGuard,
  createSessionGuard,
  csrfField,
} from '@sojourn/core/binding'
import { nodeCarrier } from '@sojourn/node'
import type { Context, Middleware } from 'koa'

/**
 * Lets a logged-in user pass. Others are redirected with 303, or a SessionAccessError `ERR_SESSION_REQUIRED` with status
 * 401 is thrown. `ERR_SESSION_MISSING` where `sessions(manager)` is not mounted before.
 */
export function requireSession(options: AccessOptions<Context> = {}): Middleware {
  return guardAccess(createSessionGuard(options))
}

/** Lets a user pass who has proved who they are within `duration`; else as `requireSession`, with `ERR_SESSION_NOT_RECENT`. */
export function requireRecent(
  duration: Duration,
  options: AccessOptions<Context> = {},
): Middleware {
  return guardAccess(createRecentGuard(duration, options))
}

/**
 * Refuses what other sites have a browser send, with 403 `ERR_CSRF_REFUSED`. With `token` it also demands the session's
 * token, from the header `X-CSRF-Token` or the field `_csrf` of `ctx.request.body`.
 */
export function csrf(options: CsrfOptions = {}): Middleware {
  const guard = createCsrfGuard(options)
  return (ctx, next) => {
    const { req, res, request } = ctx
    const host = ctx.get(':authority') || ctx.get('host') // HTTP/2 has a field of its own for it
    const seen = { ...nodeCarrier(req, res), method: req.method ?? '', host }
    guard.check(seen, ctx[guard.as], csrfField(Reflect.get(request, 'body')))
    return next()
  }
}

function guardAccess(guard: AccessGuard<Context>): Middleware {
  return (ctx, next) => {
    const location = guard.check(ctx as Context, ctx[guard.as])
    if (location === undefined) return next()
    ctx.status = 303
    ctx.redirect(location)
  }
}
