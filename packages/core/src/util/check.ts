import { SessionUsageError } from '../errors.ts'
import { quote } from './quote.ts'

/**
 * Holds an option or an argument to a rule: `what` says what it is instead, `remedy` what to give.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` where the rule does not hold.
 */
export function check(holds: boolean, what: string, remedy: string): void {
  if (!holds) throw new SessionUsageError('ERR_CONFIG_INVALID', `${what}. ${remedy}.`)
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for anything but one of the words. */
export function checkOneOf<Word extends string>(
  name: string,
  word: Word,
  words: readonly [...Word[], Word],
): Word {
  const quoted = words.map((one) => `'${one}'`)
  const last = quoted.pop()
  check(words.includes(word), `${name} is ${quote(word)}`, `Give ${quoted.join(', ')} or ${last}`)
  return word
}

/**
 * What a binding is given instead of a manager is told when it is mounted, and not by the first request.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkManager(manager: unknown): void {
  check(
    typeof Object(manager).load === 'function',
    'sessions() was given no manager',
    'Make one first: sessions(createSessionManager(…))',
  )
}
