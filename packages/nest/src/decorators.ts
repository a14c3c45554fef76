import { createParamDecorator, type ExecutionContext } from '@nestjs/common'
import type { Session as CoreSession, SessionData } from '@sojourn/core'
import { sessionOf } from './request.ts'

/**
 * Gives a parameter the session of the request; `as` is the name of another manager's. It is also the type of that parameter.
 * @throws SessionUsageError `ERR_SESSION_MISSING` if `SessionsModule` is not imported.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common'
 * import { Session } from '@sojourn/nest'
 *
 * @Controller()
 * class Pages {
 *   @Get()
 *   visit(@Session() session: Session) {
 *     return `Hello ${session.userId ?? 'stranger'}`
 *   }
 * }
 * ```
 */
export const Session: (as?: string) => ParameterDecorator = createParamDecorator(
  (as: string | undefined, context: ExecutionContext) => sessionOf(context, as),
)

/** The session of a request, see core. */
export type Session<Data extends object = SessionData> = CoreSession<Data>

/**
 * Gives a parameter the id of the logged-in user; `as` is the name of another manager's session.
 * @throws SessionAccessError `ERR_SESSION_REQUIRED`, status 401, if nobody is logged in: no guard is needed for that.
 *
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common'
 * import { CurrentUser } from '@sojourn/nest'
 *
 * @Controller('account')
 * class Account {
 *   @Get()
 *   show(@CurrentUser() userId: string) {
 *     return `Account of ${userId}`
 *   }
 * }
 * ```
 */
export const CurrentUser: (as?: string) => ParameterDecorator = createParamDecorator(
  (as: string | undefined, context: ExecutionContext) => sessionOf(context, as).requireUser(),
)
