/** What every session here holds besides its counter: 486 bytes of JSON. */
const profile = {
  name: 'Ada Lovelace',
  locale: 'en-GB',
  cart: Array.from({ length: 6 }, (_, n) => ({
    sku: `SKU-${1000 + n}`,
    count: n + 1,
    price: 9.99,
  })),
  seen: Array.from({ length: 8 }, (_, n) => `/products/${n}/details`),
  note: 'x'.repeat(24),
}

/** What a session's data is to all contenders. */
export type BenchData = { user?: string; n?: number; profile?: object; a?: number; b?: number }

export const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'

let logins = 0

/** What a session holds after a login: another user each time. */
export function signedIn(): BenchData {
  return { user: `user-${++logins}`, n: 1, profile }
}
