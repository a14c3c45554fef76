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
 * Returns the option `as`, the name of a session on the request.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but a string of at least one character.
 */
export function checkAs(as: string): string {
  check(
    typeof as === 'string' && as !== '',
    `as is ${quote(as)}`,
    "Give the name of the session on the request, such as 'adminSession'",
  )
  return as
}
