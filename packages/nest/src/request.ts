import type { IncomingHttpHeaders } from 'node:http'
import type { ExecutionContext } from '@nestjs/common'
import { type Session, SessionUsageError } from '@sojourn/core'
import { mountedSession } from '@sojourn/core/binding'

/** What the requests of Express and of Fastify have in common. Take the type of your platform for the rest. */
export interface NestRequest {
  readonly method: string
  readonly url: string
  readonly headers: IncomingHttpHeaders
}

/**
 * Returns the request that a guard or a decorator is called for.
 * @throws SessionUsageError `ERR_SESSION_MISSING` if the handler serves no HTTP request.
 */
export function requestOf(context: ExecutionContext): NestRequest {
  checkHttp(context)
  return context.switchToHttp().getRequest<NestRequest>()
}

/**
 * Refuses handlers that serve no HTTP request: what they have in its place may be a message that a client wrote.
 * @throws SessionUsageError `ERR_SESSION_MISSING`.
 */
export function checkHttp(context: ExecutionContext): void {
  const type = context.getType<string>()
  if (type !== 'http')
    throw new SessionUsageError(
      'ERR_SESSION_MISSING',
      `A handler of the type ${type} has no session here. In GraphQL, take it from the request in the context: req.session. For sockets, use @sojourn/socket.io.`,
    )
}

/**
 * Returns the session of a request.
 * @throws SessionUsageError `ERR_SESSION_MISSING` if `SessionsModule` is not imported.
 */
export function sessionOf(context: ExecutionContext, as?: string): Session<object> {
  return mountedSession(Reflect.get(requestOf(context), as ?? 'session'), as)
}
