import { SessionUsageError } from '../../errors.ts'
import { Session } from '../session.ts'

const descriptor = Object.getOwnPropertyDescriptor(Session.prototype, 'userId') ?? {}

/**
 * Gives a session a `userId` of its own, so that `delete session.userId` leaves a trace. It is how applications of
 * express-session log out. For development: in production each session would cost more.
 */
export function traceDeletedUser(session: Session<object>): void {
  Object.defineProperty(session, 'userId', descriptor)
}

/** Returns the error of a session whose `userId` was deleted after `traceDeletedUser`; only at the first call. */
export function deletedUserError(session: Session<object>): SessionUsageError | undefined {
  if (Object.hasOwn(session, 'userId')) return undefined
  traceDeletedUser(session)
  return new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'session.userId was deleted, which ends no session: the user would stay logged in. To log out, write: await session.destroy()',
  )
}
