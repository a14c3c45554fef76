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
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A hook for `preHandler`, of one route or of an instance. */
export type Guard = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>

/**
 * Lets a logged-in user pass. Others are redirected with 303, or a SessionAccessError `ERR_SESSION_REQUIRED` with status
 * 401 goes to the error handler. `ERR_SESSION_MISSING` where `sessions(manager)` is not registered before.
 */
export function requireSession(options: AccessOptions<FastifyRequest> = {}): Guard {
  return guardAccess(createSessionGuard(options))
}

/** Lets a user pass who has proved who they are within `duration`; else as `requireSession`, with `ERR_SESSION_NOT_RECENT`. */
export function requireRecent(
  duration: Duration,
  options: AccessOptions<FastifyRequest> = {},
): Guard {
  return guardAccess(createRecentGuard(duration, options))
}

/**
 * Refuses what other sites have a browser send, with 403 `ERR_CSRF_REFUSED`. With `token` it also demands the session's
 * token, from the header `X-CSRF-Token` or the field `_csrf` of `request.body`, which is parsed before `preHandler`.
 */
export function csrf(options: CsrfOptions = {}): Guard {
  const guard = createCsrfGuard(options)
  return async (request, reply) => {
    const { method, raw, body } = request
    const { header } = nodeCarrier(raw, reply.raw)
    const asked = { method, header, host: hostOf(request), secure: request.protocol === 'https' }
    const get = (name: string) => [reply.getHeader(name) ?? []].flat().join(', ') || undefined
    const set = (name: string, value: string) => void reply.header(name, value)
    const session = options.token ? Reflect.get(request, guard.as) : undefined
    guard.check({ ...asked, get, set }, session, csrfField(body))
  }
}

function guardAccess(guard: AccessGuard<FastifyRequest>): Guard {
  return async (request, reply) => {
    const location = guard.check(request, Reflect.get(request, guard.as))
    return location === undefined ? undefined : reply.redirect(location, 303)
  }
}

/** HTTP/2 has a field of its own for the host, before which Fastify puts a header that contradicts it. */
function hostOf({ host, raw }: FastifyRequest): string {
  const authority = raw.headers[':authority']
  return typeof authority === 'string' && host === raw.headers.host ? authority : host
}
