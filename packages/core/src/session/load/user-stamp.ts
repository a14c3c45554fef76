import { SessionStoreError } from '../../errors.ts'
import { withTimeBudget } from '../../keyed/deadline.ts'
import type { LoginOptions } from '../../options/login-options.ts'
import type { OpenOutcome } from '../../store/store.ts'
import { check } from '../../util/check.ts'
import type { ManagerContext } from '../state.ts'
import { endIfNotElevated } from './end-opened.ts'

// The option `securityStamp`: a record keeps the hash of its user's stamp, and opens only while the stamp is the same. So
// a change of the password ends the user's other sessions, in any store, without an index of users.

/**
 * Returns what a login or re-authentication puts into the record: the hash of the user's stamp; nothing without the option.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the user has no stamp: the session would end with the next request.
 * @throws SessionStoreError if the application's function fails.
 */
export async function stampForLogin(
  context: ManagerContext,
  { userId, options }: { userId: string; options: LoginOptions },
): Promise<{ readonly stamp?: string }> {
  const { securityStamp, keyring } = context.config
  check(
    options.securityStamp === undefined || securityStamp !== undefined,
    'login() was given a securityStamp, and the manager has no option securityStamp to compare it with',
    'Give createSessionManager() the function, or leave the stamp out',
  )
  if (!securityStamp) return {}
  const stamp = checkStamp(options.securityStamp ?? (await stampNow(context, userId)))
  check(
    stamp !== undefined,
    'securityStamp() returned no stamp for the user who logs in, as if there were no such user',
    'Return a string for every user: for one without a password, such as of OpenID Connect, a constant one',
  )
  return stamp === undefined ? {} : { stamp: keyring.stampHash(userId, stamp) }
}

/**
 * Passes on the outcome of an `open` or a `peek`, unless it is a user's session whose stamp is not the user's any more: that
 * one is ended, and counts as revoked. Without the option it is not called.
 * @throws SessionStoreError if the application's function fails: that is never "no session" (P8).
 */
export async function refuseChangedStamp(
  context: ManagerContext,
  outcome: OpenOutcome,
): Promise<OpenOutcome> {
  if (outcome.outcome !== 'open') return outcome
  const { id, userId, stamp } = outcome.opened.record
  if (userId === undefined) return outcome
  const now = checkStamp(await stampNow(context, userId))
  if (now !== undefined && stamp === context.config.keyring.stampHash(userId, now)) return outcome
  return {
    outcome: 'ended',
    id,
    reason: await endIfNotElevated(context, outcome.opened, 'revoked'),
  }
}

/** Calls the application's function. It may read a database, so it has the deadline and the errors of a store. */
async function stampNow(
  { config, emit }: ManagerContext,
  userId: string,
): Promise<string | null | undefined> {
  const { securityStamp, storeTimeout } = config
  try {
    const stamp = securityStamp?.(userId)
    if (typeof stamp === 'string') return stamp
    return await withTimeBudget(
      storeTimeout,
      async () => stamp,
      () => timedOut(storeTimeout),
    )
  } catch (cause) {
    const error = cause instanceof SessionStoreError ? cause : failed(cause)
    emit('failed', { operation: 'securityStamp', error })
    throw error
  }
}

function timedOut(ms: number): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_TIMEOUT',
    `securityStamp() did not return within ${ms} ms. Check the database that it reads, or raise storeTimeout.`,
  )
}

function failed(cause: unknown): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_UNAVAILABLE',
    'securityStamp() failed. See cause, and check the database that it reads.',
    cause,
  )
}

/** Returns the stamp; `undefined` for `null`, which databases return. Anything else is a mistake, and must end no session. */
function checkStamp(stamp: unknown): string | undefined {
  if (stamp === undefined || stamp === null) return undefined
  check(
    typeof stamp === 'string',
    `The security stamp is of the type ${typeof stamp}, not a string`,
    'Return a string that changes with the password, such as its hash, or undefined if there is no such user',
  )
  return String(stamp)
}
