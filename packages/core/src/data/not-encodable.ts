import { SessionUsageError } from '../errors.ts'
import { quote } from '../util/quote.ts'

/** Returns the error for a value that no codec keeps. `what` describes it, as in `'a function'`. */
export function notEncodable(what: string, path: readonly (string | number)[]): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_NOT_ENCODABLE',
    `${pathOf(path)} is ${what}, which a session cannot keep. ` +
      'Keep plain objects, arrays, strings, numbers, booleans, null, undefined, Date, Map, Set, BigInt or typed arrays.',
  )
}

/** Returns the place of a value in the data, as in `data.cart[0].price`. Keys may be user input, so others are quoted. */
function pathOf(path: readonly (string | number)[]): string {
  return ['data', ...path.map((key) => (isWord(key) ? `.${key}` : `[${quote(key)}]`))].join('')
}

function isWord(key: string | number): boolean {
  return typeof key === 'string' && /^[\w$-]{1,100}$/.test(key)
}
