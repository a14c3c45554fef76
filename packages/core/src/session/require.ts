import { SessionAccessError } from '../errors.ts'
import { isFuture } from '../util/clock.ts'
import { type Duration, milliseconds } from '../util/duration.ts'
import type { SessionState } from './state.ts'

/** Returns the id of the logged-in user, or throws; see `Session.requireUser`. */
export function requireUser(state: SessionState): string {
  if (state.storeError) throw state.storeError
  const userId = state.opened?.record.userId
  if (userId !== undefined) return userId
  throw new SessionAccessError(
    'ERR_SESSION_REQUIRED',
    `Session ${state.id} has no user. Ask the user to log in, then call session.login().`,
  )
}

/**
 * Throws unless the last login is at most `duration` before `at`, in epoch ms; see `Session.requireRecent`. A login of the
 * future is not recent: a clock was wrong, so nobody knows when it was.
 */
export function requireRecent(state: SessionState, duration: Duration, at: number): void {
  if (state.storeError) throw state.storeError
  const within = milliseconds(duration, 'requireRecent')
  const since = state.opened?.record.authenticatedAt
  if (since !== undefined && at - since <= within && !isFuture(since, at)) return
  throw new SessionAccessError(
    'ERR_SESSION_NOT_RECENT',
    `Session ${state.id} has no authentication within ${duration}. Ask the user to log in again, then call session.login().`,
  )
}
