import { type Codec, SessionUsageError } from '@sojourn/core'
import type { OpenedSession } from '@sojourn/core/store'
import { fromClaims, type Sealed, toClaims } from './claims.ts'
import { tokenExpiryOf } from './lifetime.ts'
import type { OpenedCache } from './opened-cache.ts'
import { createJweParser } from './parse-jwe.ts'
import type { SealKeys } from './seal-keys.ts'
import type { Sealer } from './sealer.ts'

interface TokenParts {
  readonly keys: SealKeys
  readonly sealer: Sealer
  readonly cache: OpenedCache
  /** The first writes, all read. */
  readonly codecs: readonly [Codec, ...Codec[]]
  /** How many bytes a token may have. */
  readonly capacity: number
  /** In ms. */
  readonly touchInterval: number
}

/** Why a token is refused: it is not spelled like one, none of our keys sealed it, or it holds no session. */
export type TokenRefusal = 'malformed' | 'forged' | 'corrupt'

/** Sessions to tokens and back. */
export interface Tokens {
  /** @throws SessionUsageError `ERR_SESSION_TOO_LARGE` for what the cookies cannot hold. */
  seal(opened: OpenedSession): Promise<string>
  /** What a token holds, expired or not; `at` is the manager's now, epoch ms. Never throws for a token. */
  unseal(token: string, at: number): Promise<Sealed | TokenRefusal>
}

/** Binds the format of tokens to the keys and limits of one store. */
export function createTokens(parts: TokenParts): Tokens {
  const { keys, sealer, cache, codecs, capacity, touchInterval } = parts
  const [first] = keys
  const spell = createJweParser(keys, capacity)

  return {
    async seal(opened) {
      const sealed = { opened, expiresAt: tokenExpiryOf(opened, touchInterval) }
      const token = await sealer.seal(toClaims(sealed, codecs[0]), first)
      if (token.length > capacity) throw tooLarge(opened, token.length - capacity)
      cache.set(token, sealed)
      return token
    },

    async unseal(token, at) {
      const known = cache.get(token, at)
      if (known) return known
      const spelled = spell(token)
      if (typeof spelled === 'string') return spelled
      const plain = await sealer.unseal(spelled)
      if (!plain) return 'forged'
      const sealed = read(plain, at)
      if (sealed !== 'corrupt') cache.set(token, sealed)
      return sealed
    },
  }

  function read(plain: Uint8Array, at: number): Sealed | 'corrupt' {
    try {
      const { opened, expiresAt } = fromClaims(plain, { at, codecs })
      return { opened, expiresAt: Math.min(expiresAt, tokenExpiryOf(opened, touchInterval)) }
    } catch {
      return 'corrupt'
    }
  }
}

function tooLarge({ record, data }: OpenedSession, excess: number): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_TOO_LARGE',
    `session.data of session ${record.id} takes ${data.length} bytes, and its token is ${excess} bytes longer than its cookies can be. ` +
      'Nothing was written, and the browser keeps the old cookie. Keep large things in a database and their keys in the session, or use a store that keeps sessions on the server.',
  )
}
