import { SessionUsageError } from '../errors.ts'
import { quote } from './quote.ts'

/**
 * Checks an option or an argument. `what` describes the wrong value, `remedy` what to give; both without a full stop.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` unless `holds`.
 * @example
 * check(max > 0, `max is ${max}`, 'Give a whole number above 0')
 */
export function check(holds: boolean, what: string, remedy: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `${what}. ${remedy}.`)
}

/**
 * Returns the value of an option if it is one of `allowed`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`; the message lists them.
 */
export function checkOneOf<Value extends string>(
  name: string,
  value: Value,
  allowed: readonly [...Value[], Value],
): Value {
  const quoted = allowed.map((one) => `'${one}'`)
  const last = quoted.pop()
  check(
    allowed.includes(value),
    `${name} is ${quote(value)}`,
    `Give ${quoted.join(', ')} or ${last}`,
  )
  return value
}

/**
 * Checks that a binding was given a manager, when it is mounted rather than at the first request.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkManager(manager: unknown): void {
  check(
    typeof Object(manager).load === 'function',
    'sessions() was given no manager',
    'Make one first: sessions(createSessionManager(…))',
  )
}
