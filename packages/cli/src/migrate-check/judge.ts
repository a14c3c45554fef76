import { SessionUsageError } from '@sojourn/core'
import { checkSize } from '@sojourn/core/store'
import type { ForeignSession } from '@sojourn/migrate'
import { msgpackCodec } from '@sojourn/store-redis'

/** The limits of the manager that takes the sessions over. Durations in ms. */
export interface Limits {
  readonly maxDataBytes: number
  readonly maxAge: number
  readonly absoluteTimeout: number
}

/**
 * Returns why a migration would not carry a session over; `undefined` if it would. It judges as `migrateStore` does: the data
 * must be encoded by the store's codec and be small enough, and the user must be a text or a number. `at` is epoch ms.
 */
export function whyNot(
  { data, expiresAt = Infinity, createdAt, absoluteExpiresAt = Infinity }: ForeignSession,
  { limits, userId, at }: { limits: Limits; userId: unknown; at: number },
): string | undefined {
  if (Math.min(expiresAt, absoluteExpiresAt) <= at) return 'It has expired.'
  if (createdAt !== undefined && createdAt + limits.absoluteTimeout <= at)
    return 'It is older than absoluteTimeout: give the manager a longer one.'
  if (userId !== undefined && userId !== null && !isUserId(userId))
    return 'Its user is neither a number nor a text of 1 to 1,024 characters.'
  try {
    checkSize(msgpackCodec.encode({ ...data }), limits.maxDataBytes)
    return undefined
  } catch (error) {
    if (!(error instanceof SessionUsageError)) throw error
    return error.code === 'ERR_SESSION_TOO_LARGE'
      ? `Its data takes more than maxDataBytes, ${limits.maxDataBytes}.`
      : 'Its data cannot be encoded: it is nested deeper than 100 levels, or has a key __proto__.'
  }
}

function isUserId(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value)
  return typeof value === 'string' && value !== '' && value.length <= 1_024 && value.isWellFormed()
}
