import type { OpenedSession } from '@sojourn/core/store'
import type { Sealed } from './claims.ts'

/** A cache of tokens opened recently, so that a browser's next request costs a look-up instead of a decryption. */
export interface OpenedCache {
  /** Returns a copy of the token's content; `undefined` if it is not cached, or has expired at `at`, epoch ms. */
  get(token: string, at: number): Sealed | undefined
  /** Stores a copy of the token's content. */
  set(token: string, sealed: Sealed): void
}

/**
 * Creates a cache of at most `max` tokens; the one used longest ago is removed first. With 0 it stores nothing. The
 * key is the exact token. Entries are copied on the way in and out, so that no handler can change what the next
 * request gets.
 */
export function createOpenedCache(max: number): OpenedCache {
  const entries = new Map<string, Sealed>() // in order of use, the one used longest ago first

  return {
    get(token, at) {
      const sealed = entries.get(token)
      if (!sealed) return undefined
      entries.delete(token)
      if (at >= sealed.expiresAt) return undefined
      entries.set(token, sealed)
      return { ...sealed, opened: copyOf(sealed.opened) }
    },

    set(token, sealed) {
      if (max === 0) return
      entries.delete(token)
      entries.set(detached(token), { ...sealed, opened: copyOf(sealed.opened) })
      if (entries.size <= max) return
      const [longestAgo] = entries.keys()
      if (longestAgo !== undefined) entries.delete(longestAgo)
    },
  }
}

/** Copies the data too, because a codec may decode into views of its input. */
function copyOf({ record, touchedAt, data }: OpenedSession): OpenedSession {
  const { client } = record
  return {
    record: client ? { ...record, client: { ...client } } : { ...record },
    touchedAt,
    data: new Uint8Array(data),
  }
}

/** Returns a copy of the string. A substring of a header would keep the whole header in memory. */
function detached(token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1')
}
