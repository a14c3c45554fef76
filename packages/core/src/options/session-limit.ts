import type { GroupLimit } from '../store/backend.ts'
import { check, checkOneOf } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { quote } from '../util/quote.ts'
import type { SessionLimit } from './options.ts'

/**
 * Returns the option `limit`, checked and complete. What a function `max` returns is checked at each login.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function resolveLimit(limit: SessionLimit | undefined): Required<SessionLimit> | undefined {
  if (!limit) return undefined
  const { max, onExceed = 'evict' } = checkOptions(limit, { max: true, onExceed: true }, 'limit')
  checkOneOf('limit.onExceed', onExceed, ['evict', 'refuse'])
  return { max: typeof max === 'function' ? max : checkMax(max), onExceed }
}

/** Returns true if the limit is the same for all users, so that nothing needs to be called; also if there is none. */
export function isFixed(
  limit: Required<SessionLimit> | undefined,
): limit is GroupLimit | undefined {
  return typeof limit?.max !== 'function'
}

/**
 * Returns the limit for one user.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the application's function does not return a whole number above 0.
 */
export async function limitForUser(
  limit: Required<SessionLimit>,
  userId: string,
): Promise<GroupLimit> {
  const { max, onExceed } = limit
  return { max: typeof max === 'number' ? max : checkMax(await max(userId)), onExceed }
}

function checkMax(max: number): number {
  check(
    Number.isInteger(max) && max > 0,
    `limit.max is ${quote(max)}`,
    'Give a whole number above 0',
  )
  return max
}
