import { RecentMap } from '../util/recent-map.ts'
import type { Keys } from './keyring.ts'
import { type GenuineToken, isToken, verifyToken } from './token.ts'

/** How many tokens are remembered at least. An entry takes about 500 bytes, so all of them at most 5 MB. */
const maxTokens = 5_000

/**
 * Verifies the tokens of one store, and remembers the genuine ones: the next request of a browser costs a look-up instead of
 * an HMAC and a hash.
 *
 * Only a token that was found genuine is ever remembered, by its exact text, and all are forgotten when the keys change.
 * So a hit says what the signature would say; whether the token still opens anything, the record says. How long a look-up
 * takes reveals no token: a `Map` compares texts only where their hashes are equal, whose seed is random, so that a
 * guess with a correct beginning is as far off as any other; and that a token is remembered learns only who holds it.
 */
export class TokenVerifier {
  readonly #keys: Keys
  /** The keys by which the remembered tokens are genuine. */
  #verifiedBy: ReturnType<Keys>
  readonly #genuine = new RecentMap<string, GenuineToken>(maxTokens)

  /** @param keys All of them verify. */
  constructor(keys: Keys) {
    this.#keys = keys
    this.#verifiedBy = keys()
  }

  /** Returns the content of a token, or why it is refused; see `verifyToken`. */
  verify(token: string): GenuineToken | 'malformed' | 'forged' {
    const keys = this.#keys()
    if (keys !== this.#verifiedBy) {
      this.#verifiedBy = keys
      this.#genuine.clear()
    }
    const known = this.#genuine.get(token)
    if (known) return known
    if (!isToken(token)) return 'malformed'
    const detached = detach(token)
    const verified = verifyToken(detached, keys)
    if (typeof verified !== 'string') this.#genuine.set(detached, verified)
    return verified
  }

  /** Returns those of the tokens that are genuine. */
  genuineOf(tokens: readonly string[]): readonly GenuineToken[] {
    return tokens
      .map((token) => this.verify(token))
      .filter((verified) => typeof verified !== 'string')
  }
}

/** Returns a copy of a token. A part of a header would keep the whole header in memory. */
function detach(token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1')
}
