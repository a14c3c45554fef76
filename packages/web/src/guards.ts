import type { Duration, Session } from '@sojourn/core'
import {
  type BoundGuardOptions,
  type CsrfOptions,
  checkFetch,
  createGuards,
  type RecentGuardOptions,
  type SessionGuardOptions,
} from '@sojourn/core/binding'
import { scopeOf } from './request-scope.ts'

/** Options of `requireSession`. There is no `as`, because handlers pass the session themselves. */
export type GuardOptions = Omit<SessionGuardOptions<Request>, 'as'>

/** Options of `requireRecent`. There is no `as`, because handlers pass the session themselves. */
export type RecentOptions = Omit<RecentGuardOptions<Request>, 'as'>

/** Options of `requireBound`. There is no `as`, because handlers pass the session themselves. */
export type BoundOptions = Omit<BoundGuardOptions<Request>, 'as'>

/** Call it first in a handler. Returns if the request may continue, else throws a Response or an error. */
export type Guard = (request: Request, session: Session<object>) => void

type AsyncGuard = (request: Request, session: Session<object>) => Promise<void>

const guards = createGuards<Request, Guard, AsyncGuard>({
  access: (guard) => (request, session) => {
    const location = guard.check(request, session)
    if (location === undefined) return
    throw new Response(null, { status: 303, headers: { Location: location } })
  },
  csrf: (guard) => async (request, session) => {
    const headers = await checkFetch(guard, { request, session })
    for (const [name, value] of headers) scopeOf(request)?.addHeader(name, value)
  },
})

/**
 * Returns a guard that lets logged-in users pass. For anonymous visitors it throws a redirect (303) to `redirectTo`,
 * which `withSession` turns into the response; without `redirectTo`, a SessionAccessError `ERR_SESSION_REQUIRED`,
 * status 401.
 *
 * @example
 * ```ts
 * import { requireSession } from '@sojourn/web'
 *
 * const loggedIn = requireSession({ redirectTo: '/login' })
 *
 * export const GET = (request: Request) =>
 *   withSession(request, (session) => {
 *     loggedIn(request, session)
 *     return new Response(`Hello ${session.userId}`)
 *   })
 * ```
 */
export const requireSession: (options?: GuardOptions) => Guard = guards.requireSession

/**
 * Returns a guard that lets users pass who logged in within `duration`, or proved the option `method`. For others it throws as `requireSession`
 * does, with the code `ERR_SESSION_NOT_RECENT`.
 *
 * @example
 * ```ts
 * import { requireRecent } from '@sojourn/web'
 *
 * const recent = requireRecent('10m', { redirectTo: '/confirm-password' })
 *
 * export const POST = (request: Request) =>
 *   withSession(request, (session) => {
 *     recent(request, session)
 *     return new Response('changed')
 *   })
 * ```
 */
export const requireRecent: (duration: Duration, options?: RecentOptions) => Guard =
  guards.requireRecent

/**
 * Returns a guard that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. For others it throws a SessionAccessError `ERR_SESSION_NOT_BOUND`, status 403; where a login helps, with the
 * status 401, or a redirect to `redirectTo`.
 *
 * @example
 * ```ts
 * import { requireBound } from '@sojourn/web'
 *
 * const bound = requireBound({ orRecent: '5m' })
 *
 * export const POST = (request: Request) =>
 *   withSession(request, (session) => {
 *     bound(request, session)
 *     return new Response('paid')
 *   })
 * ```
 */
export const requireBound: (options?: BoundOptions) => Guard = guards.requireBound

/**
 * Returns a guard that refuses cross-site requests: it throws a SessionAccessError `ERR_CSRF_REFUSED`, status 403. With
 * `token` it also requires the session's token, in the header `X-CSRF-Token` or the field `_csrf` of a form of up to
 * 1 MiB. It reads a copy of the body.
 *
 * @example
 * ```ts
 * import { csrf } from '@sojourn/web'
 *
 * const sameSite = csrf({ trustedOrigins: ['https://app.example.com'] })
 *
 * export const POST = (request: Request) =>
 *   withSession(request, async (session) => {
 *     await sameSite(request, session)
 *     return new Response('sent')
 *   })
 * ```
 */
export const csrf: (options?: Omit<CsrfOptions, 'as'>) => AsyncGuard = guards.csrf
