import { type Factor, maxFactors, mergeFactors } from '../record/factors.ts'
import { check } from '../util/check.ts'
import { checkOptions } from '../util/check-options.ts'
import { isFuture } from '../util/clock.ts'
import { quote } from '../util/quote.ts'

/**
 * What a user has just proved, for `login` and `addFactor`.
 * @example
 * const factor: FactorInput = { method: 'passkey' }
 * const ofProvider: FactorInput = { method: 'sso', at: claims.auth_time * 1000 }
 */
export interface FactorInput {
  /** Your name of the method, such as 'password', 'totp' or 'passkey'. 1 to 64 characters. */
  readonly method: string
  /** When it was proved: a `Date`, or epoch ms. Not in the future. @default now */
  readonly at?: number | Date
}

const known = { method: true, at: true } as const

/** Epoch ms of 1973. A smaller number is one of seconds, such as the `auth_time` of OpenID Connect. */
const leastTime = 1e11

/**
 * Returns the option `factors` as a record keeps it, each method once; `undefined` for an empty list. `now` is epoch ms.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a list of at most 16 factors.
 */
export function factorsOf(given: unknown, now: number): readonly Factor[] | undefined {
  check(
    Array.isArray(given) && given.length <= maxFactors,
    `factors is ${Array.isArray(given) ? `a list of ${given.length}` : quote(given)}`,
    `Give a list of at most ${maxFactors}, such as [{ method: 'password' }]`,
  )
  const factors = [...(given as readonly FactorInput[])].map((each) => factorOf(each, now))
  return factors.length === 0 ? undefined : mergeFactors(undefined, factors)
}

/**
 * Returns a factor as a record keeps it. A time that is ahead by less than clocks may differ counts as `now`, epoch ms.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for a wrong method or time.
 */
export function factorOf(given: FactorInput, now: number): Factor {
  const { method, at = now } = checkOptions(given, known, 'A factor')
  const time = at instanceof Date ? at.getTime() : at
  check(
    typeof time === 'number' && Number.isFinite(time),
    `The time of a factor is ${quote(time)}`,
    'Give a Date or epoch milliseconds, or leave at out if it was proved just now',
  )
  check(
    at === now || time >= leastTime,
    `The time of a factor is ${time} ms after 1970`,
    'Give milliseconds: seconds, such as the auth_time of OpenID Connect, times 1000',
  )
  check(
    !isFuture(time, now),
    'The time of a factor is in the future, so it was not proved yet',
    'Synchronise the clocks (NTP), or leave at out if it was proved just now',
  )
  return { method: checkMethod(method), at: Math.min(time, now) }
}

/**
 * Returns the name of a method.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but 1 to 64 characters.
 */
export function checkMethod(method: unknown): string {
  check(
    typeof method === 'string' && method !== '' && method.length <= 64 && method.isWellFormed(),
    `The method of a factor is ${typeof method === 'string' ? `a text of ${method.length} characters` : quote(method)}`,
    "Give your name of it in 1 to 64 characters, such as 'passkey'",
  )
  return String(method)
}
