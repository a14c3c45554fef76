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

/**
 * Returns the limit for one user; `undefined` if there is none.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the application's function does not return a whole number above 0.
 */
export async function limitForUser(
  limit: Required<SessionLimit> | undefined,
  userId: string,
): Promise<GroupLimit | undefined> {
  if (!limit) return undefined
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
