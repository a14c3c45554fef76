import { SessionUsageError } from './errors.ts'

/** The error for a value that no codec keeps. */
export function notEncodable(what: string, path: readonly (string | number)[]): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_NOT_ENCODABLE',
    `${pathOf(path)} is ${what}, which a session cannot keep. ` +
      'Keep plain objects, arrays, strings, numbers, booleans, null, undefined, Date, Map, Set, BigInt or typed arrays.',
  )
}

/** `data.cart[0].price`: where in the data a value stands. */
function pathOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`),
    'data',
  )
}
