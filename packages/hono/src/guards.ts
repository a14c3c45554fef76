import type { Duration } from '@sojourn/core'
import {
  type AccessGuard,
  type AccessOptions,
  type CsrfOptions,
  checkFetch,
  createCsrfGuard,
  createRecentGuard,
  createSessionGuard,
} from '@sojourn/core/binding'
import type { Context, MiddlewareHandler } from 'hono'
import { ownHeaders } from './carrier.ts'

/**
 * Lets a logged-in user pass. Others are redirected with 303, or a SessionAccessError `ERR_SESSION_REQUIRED` with status
 * 401 goes to `onError`. `ERR_SESSION_MISSING` where `sessions(manager)` is not mounted before.
 */
export function requireSession(options: AccessOptions<Context> = {}): MiddlewareHandler {
  return guardAccess(createSessionGuard(options))
}

/** Lets a user pass who has proved who they are within `duration`; else as `requireSession`, with `ERR_SESSION_NOT_RECENT`. */
export function requireRecent(
  duration: Duration,
  options: AccessOptions<Context> = {},
): MiddlewareHandler {
  return guardAccess(createRecentGuard(duration, options))
}

/**
 * Refuses what other sites have a browser send, with 403 `ERR_CSRF_REFUSED`. With `token` it also demands the session's
 * token, from the header `X-CSRF-Token` or the field `_csrf` of a form of up to 1 MiB.
 */
export function csrf(options: CsrfOptions = {}): MiddlewareHandler {
  const guard = createCsrfGuard(options)
  return async (c, next) => {
    const said = await checkFetch(guard, {
      request: c.req.raw,
      session: c.get(guard.as),
      parsed: () => c.req.parseBody({ all: true }),
    })
    await next()
    for (const [name, value] of said) ownHeaders(c).append(name, value) // not before: there is no response yet
  }
}

function guardAccess(guard: AccessGuard<Context>): MiddlewareHandler {
  return async (c, next) => {
    const location = guard.check(c, c.get(guard.as))
    if (location !== undefined) return c.redirect(location, 303)
    await next()
  }
}
