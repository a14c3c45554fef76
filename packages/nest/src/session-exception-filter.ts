import { STATUS_CODES } from 'node:http'
import { type ArgumentsHost, Catch, HttpException, Logger } from '@nestjs/common'
import { BaseExceptionFilter } from '@nestjs/core'
import { SessionError } from '@sojourn/core'

/**
 * Responds to errors of Sojourn with their status, its text, and their headers such as `Retry-After`. Their messages are for
 * developers, and NestJS 10 and 11 would send them. Nest's log gets what has the status 500 or above. `SessionsModule` installs
 * it for the whole application; extend it for a body of your own.
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
    const { status } = error
    if (status >= 500) this.#logger.error(error.message, error.stack)
    const message = STATUS_CODES[status]
    const exception = new HttpException({ statusCode: status, message }, status, { cause: error })
    if (host.getType() !== 'http') throw exception // GraphQL and others have no response
    const response = host.switchToHttp().getResponse<Response>()
    for (const [name, value] of Object.entries(headersOf(error))) response.header(name, value)
    super.catch(exception as never, host)
  }
}

/** What the responses of Express and Fastify have in common here. */
interface Response {
  header(name: string, value: string): void
}

function headersOf(error: SessionError): Readonly<Record<string, string>> {
  return 'headers' in error ? (error.headers as Readonly<Record<string, string>>) : {}
}
