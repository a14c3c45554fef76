import type { OpenedSession } from '@sojourn/core/store'
import type { Sealed } from './claims.ts'

/** The tokens that were opened lately, so that a browser's next request costs a look-up, not a decryption. */
export interface OpenedCache {
  /** A copy of what the token holds; `undefined` where it is not known, or has expired at `at`, epoch ms. */
  get(token: string, at: number): Sealed | undefined
  set(token: string, sealed: Sealed): void
}

/**
 * A cache of at most `max` tokens, of which the one used longest ago leaves first; none where `max` is 0. It is keyed by
 * the exact token, so that nothing but the token that was opened finds it. What goes in and what comes out are copies:
 * no handler can change what the next request is given.
 */
export function createOpenedCache(max: number): OpenedCache {
  const kept = new Map<string, Sealed>() // in the order of use, the one used longest ago first

  return {
    get(token, at) {
      const sealed = kept.get(token)
      if (!sealed) return undefined
      kept.delete(token)
      if (at >= sealed.expiresAt) return undefined
      kept.set(token, sealed)
      return { ...sealed, opened: copyOf(sealed.opened) }
    },

    set(token, { opened, expiresAt }) {
      if (max === 0) return
      kept.delete(token)
      kept.set(unshared(token), { opened: copyOf(opened), expiresAt })
      if (kept.size <= max) return
      const [longestAgo] = kept.keys()
      if (longestAgo !== undefined) kept.delete(longestAgo)
    },
  }
}

/** The data too: a codec may decode into views of the bytes that it was given. */
function copyOf({ record, touchedAt, data }: OpenedSession): OpenedSession {
  const { client } = record
  return {
    record: client ? { ...record, client: { ...client } } : { ...record },
    touchedAt,
    data: new Uint8Array(data),
  }
}

/** The text by itself: a part of a header keeps the whole header in memory. */
function unshared(token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1')
}
