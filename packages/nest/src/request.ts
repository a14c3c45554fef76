import type { IncomingHttpHeaders } from 'node:http'
import type { ExecutionContext } from '@nestjs/common'
import type { Session } from '@sojourn/core'
import { mountedSession } from '@sojourn/core/binding'

/** What the requests of Express and of Fastify have in common. Take the type of your platform for the rest. */
export interface NestRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/** Returns the request that a guard or a decorator is called for. */
export function requestOf(context: ExecutionContext): NestRequest {
  return context.switchToHttp().getRequest<NestRequest>()
}

/**
 * Returns the session of a request.
 * @throws SessionUsageError `ERR_SESSION_MISSING` if `SessionsModule` is not imported.
 */
export function sessionOf(context: ExecutionContext, as?: string): Session<object> {
  return mountedSession(Reflect.get(requestOf(context), as ?? 'session'), as)
}
