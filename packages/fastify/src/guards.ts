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
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A `preHandler` hook, for one route or for an instance. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

const guards = createGuards<FastifyRequest, Guard>({
  access: (guard) => async (request, reply) => {
    const location = guard.check(request, Reflect.get(request, guard.as))
    return location === undefined ? undefined : reply.redirect(location, 303)
  },
  csrf: (guard) => async (request, reply) => {
    const view = {
      method: request.method,
      host: hostOf(request),
      secure: request.protocol === 'https',
      header: nodeCarrier(request.raw, reply.raw).header,
      // Fastify keeps headers on the reply until it sends them.
      get: (name: string) => [reply.getHeader(name) ?? []].flat().join(', ') || undefined,
      set: (name: string, value: string) => void reply.header(name, value),
    }
    // Read only if needed: `request.session` throws in hooks that run before the session is loaded.
    const session = guard.needsToken ? Reflect.get(request, guard.as) : undefined
    guard.check(view, session, csrfField(request.body))
  },
})

/** Returns the request's host: `:authority` on HTTP/2, where Fastify prefers a Host header that contradicts it. */
function hostOf({ host, raw }: FastifyRequest): string {
  const authority = raw.headers[':authority']
  return typeof authority === 'string' && host === raw.headers.host ? authority : host
}

/**
 * Returns a hook that lets logged-in users pass. Anonymous visitors are redirected to `redirectTo` with 303; without
 * it, a SessionAccessError `ERR_SESSION_REQUIRED` with status 401 goes to the error handler. Register
 * `sessions(manager)` before; without a session it throws `ERR_SESSION_MISSING`.
 *
 * @example
 * ```ts
 * import { requireSession } from '@sojourn/fastify'
 *
 * app.get('/account', { preHandler: requireSession({ redirectTo: '/login' }) }, async () => 'yours')
 * ```
 */
export const requireSession: (options?: SessionGuardOptions<FastifyRequest>) => Guard =
  guards.requireSession

/**
 * Returns a hook that lets users pass who logged in within `duration`, or proved the option `method`. Others are redirected or refused as by
 * `requireSession`, with the code `ERR_SESSION_NOT_RECENT`.
 *
 * @example
 * ```ts
 * import { requireRecent } from '@sojourn/fastify'
 *
 * app.post('/password', { preHandler: requireRecent('10m') }, async () => 'changed')
 * ```
 */
export const requireRecent: (
  duration: Duration,
  options?: RecentGuardOptions<FastifyRequest>,
) => Guard = guards.requireRecent

/**
 * Returns a hook that lets users pass whose browser has proved that it has the key of the session, by the option `deviceBound`, or
 * who meet `orRecent`. Others are refused with the code `ERR_SESSION_NOT_BOUND`, status 403; where a login helps, with 401, or
 * redirected to `redirectTo`.
 *
 * @example
 * ```ts
 * import { requireBound } from '@sojourn/fastify'
 *
 * app.post('/payments', { preHandler: requireBound({ orRecent: '5m' }) }, async () => 'paid')
 * ```
 */
export const requireBound: (options?: BoundGuardOptions<FastifyRequest>) => Guard =
  guards.requireBound

/**
 * Returns a hook that refuses cross-site requests with 403 `ERR_CSRF_REFUSED`. With `token` it also requires the
 * session's token, in the header `X-CSRF-Token` or the field `_csrf` of `request.body`, which Fastify parses before
 * `preHandler`.
 *
 * @example
 * ```ts
 * import { csrf } from '@sojourn/fastify'
 *
 * app.addHook('preHandler', csrf({ trustedOrigins: ['https://app.example.com'] }))
 * ```
 */
export const csrf: (options?: CsrfOptions) => Guard = guards.csrf
