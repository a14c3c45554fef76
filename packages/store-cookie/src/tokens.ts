import { type Codec, SessionUsageError } from '@sojourn/core'
import { andThen, isFuture, type OpenedSession } from '@sojourn/core/store'
import { fromClaims, type Sealed, toClaims } from './claims.ts'
import { tokenExpiryOf } from './lifetime.ts'
import { detached, type OpenedCache } from './opened-cache.ts'
import { createJweParser } from './parse-jwe.ts'
import type { SealKeys } from './seal-keys.ts'
import type { Sealer } from './sealer.ts'

interface TokenOptions {
  readonly keys: () => SealKeys
  readonly sealer: Sealer
  readonly cache: OpenedCache
  /** The first encodes, all decode. */
  readonly codecs: readonly [Codec, ...Codec[]]
  /** The maximum length of a token, in bytes. */
  readonly capacity: number
  /** How often a session is touched, in ms. */
  readonly touchInterval: number
}

/**
 * Why a token is refused: it has another format, it was not sealed by one of our keys, or it contains no session, or
 * one of the future.
 */
export type TokenRefusal = 'malformed' | 'forged' | 'corrupt'

/** Converts sessions to tokens and back. */
export interface Tokens {
  /**
   * Seals a session into a token.
   * @throws SessionUsageError `ERR_SESSION_TOO_LARGE` if the token does not fit into the cookies.
   */
  seal(opened: OpenedSession): string | Promise<string>
  /**
   * Returns the content of a token, expired or not. A token of the future, beyond what clocks may differ, is refused,
   * cached or not (ASVS 9.2.1). `at` is the manager's current time, epoch ms. Never throws because of a token.
   */
  unseal(token: string, at: number): Unsealed | Promise<Unsealed>
}

/** The content of a token, or why it is refused. */
export type Unsealed = Sealed | TokenRefusal

/**
 * Creates the conversion with the keys and limits of one store. It returns promises only if the sealer does: most
 * requests need none.
 */
export function createTokens(options: TokenOptions): Tokens {
  const { keys, sealer, cache, codecs, capacity, touchInterval } = options
  let openedBy = keys()
  const parse = createJweParser(keys, capacity)

  return {
    seal(opened) {
      const expiresAt = tokenExpiryOf(opened, touchInterval)
      const sealed = { opened, expiresAt, notBefore: opened.touchedAt }
      const [first] = currentKeys()
      const token = sealer.seal(toClaims(sealed, codecs[0]), first)
      return andThen(token, (text) => keep(text, sealed))
    },

    unseal(token, at) {
      const keysNow = currentKeys()
      const cached = cache.get(token, at)
      if (cached) return isFuture(cached.notBefore, at) ? 'corrupt' : cached
      const jwe = parse(token)
      if (typeof jwe === 'string') return jwe
      return andThen(sealer.unseal(jwe), (plain) =>
        plain ? accept(token, plain, { at, by: keysNow }) : 'forged',
      )
    },
  }

  /** Returns the keys, and forgets all opened tokens if they have changed: one may have been sealed by a key that is gone. */
  function currentKeys(): SealKeys {
    const now = keys()
    if (now !== openedBy) {
      openedBy = now
      cache.clear()
    }
    return now
  }

  function keep(token: string, sealed: Sealed): string {
    if (token.length > capacity) throw tooLarge(sealed.opened, token.length - capacity)
    cache.set(token, sealed)
    return token
  }

  function accept(
    token: string,
    plain: Uint8Array,
    { at, by }: { at: number; by: SealKeys },
  ): Unsealed {
    const sealed = decode(plain)
    if (sealed === 'corrupt' || isFuture(sealed.notBefore, at)) return 'corrupt'
    if (by === keys()) cache.set(detached(token), sealed) // they may change while a sealer waits
    return sealed
  }

  function decode(plain: Uint8Array): Sealed | 'corrupt' {
    try {
      const { opened, expiresAt, notBefore } = fromClaims(plain, codecs)
      const latest = tokenExpiryOf(opened, touchInterval)
      return { opened, expiresAt: Math.min(expiresAt, latest), notBefore }
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
