import { STATUS_CODES } from 'node:http'
import { type ArgumentsHost, Catch, HttpException, Logger } from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'
import { SessionError } from '@sojourn/core'

/**
 * Responds to errors of Sojourn with their status, its text, and their headers such as `Retry-After`. Their messages are for
 * developers, and NestJS 10 and 11 would send them. Nest's log gets what has the status 500 or above. `SessionsModule` installs
 * it for the whole application; extend it for a body of your own.
 *
 * Gateways and microservices have no such response: Nest's own filters handle the error there, as if this one were not installed.
 * For GraphQL it throws an `HttpException` with the same status and text.
 *
 * @example
 * ```ts
 * import { type ArgumentsHost, Catch } from '@nestjs/common'
 * import { SessionAccessError } from '@sojourn/core'
 * import { SessionExceptionFilter } from '@sojourn/nest'
 *
 * @Catch(SessionAccessError)
 * class ToLogIn extends SessionExceptionFilter {
 *   override catch(error: SessionAccessError, host: ArgumentsHost) {
 *     if (error.status === 401) host.switchToHttp().getResponse().header('X-Log-In', '/log-in')
 *     super.catch(error, host)
 *   }
 * }
 * ```
 */
export class SessionExceptionFilter extends BaseExceptionFilter<SessionError> {
  // Decorators are called: these sources run with their types stripped, and decorators cannot be.
  static {
    Catch(SessionError)(this)
  }

  readonly #logger = new Logger('SessionExceptionFilter')

  override catch(error: SessionError, host: ArgumentsHost): void {
    const type = host.getType<string>()
    if (type === 'rpc') return // Nest's own filter handles what another one returns nothing for
    if (type === 'ws') return void passToGateway(error, host)
    const { status } = error
    if (status >= 500) this.#logger.error(error.message, error.stack)
    const message = STATUS_CODES[status]
    const exception = new HttpException({ statusCode: status, message }, status, { cause: error })
    if (type !== 'http') throw exception // GraphQL and others send what is thrown
    const response = host.switchToHttp().getResponse<Response>()
    for (const [name, value] of Object.entries(headersOf(error))) response.header(name, value)
    super.catch(exception as never, host)
  }
}

/** Sends an error to the client of a gateway by Nest's own filter. What a filter throws there would end the process. */
async function passToGateway(error: SessionError, host: ArgumentsHost): Promise<void> {
  const { BaseWsExceptionFilter } = await import('@nestjs/websockets') // only applications with gateways have it
  new BaseWsExceptionFilter().catch(error, host)
}

/** What the responses of Express and Fastify have in common here. */
interface Response {
  header(name: string, value: string): void
}

function headersOf(error: SessionError): Readonly<Record<string, string>> {
  return 'headers' in error ? (error.headers as Readonly<Record<string, string>>) : {}
}
