import type { Codec } from '@sojourn/core'
import { jsonCodec } from '@sojourn/core/store'
import type { Sealed } from './claims.ts'

/** A cache of tokens sealed or opened lately, so that a browser's next request costs a look-up instead of a decryption. */
export interface OpenedCache {
  /** Returns a copy of the token's content; `undefined` if it is not cached, or has expired at `at`, epoch ms. */
  get(token: string, at: number): Sealed | undefined
  /** Stores a copy of the token's content. A token that came in a header must be `detached` from it. */
  set(token: string, sealed: Sealed): void
  /** Forgets everything. */
  clear(): void
}

/**
 * Creates a cache of at most `max` tokens (one more if `max` is odd), which holds at least the half of them that were
 * used last. With 0 it stores nothing. It finds the exact token only. Entries are copied on the way in and out, so that no
 * handler can change what the next request gets. Only the data is not copied out if `codec` is `jsonCodec`, which makes
 * new values of it; another codec may decode into views of its input, which a handler can change.
 */
export function createOpenedCache(max: number, codec?: Codec): OpenedCache {
  return new TwoPartCache(max, codec === jsonCodec ? withSameData : withCopiedData)
}

interface Entry {
  readonly token: string
  readonly sealed: Sealed
}

/** How many characters at the end of a token are its authentication tag. */
const tagLength = 22

/**
 * The cache has two parts: when the newer one is full, it takes the place of the older one, whose tokens are forgotten
 * unless they came back meanwhile. So a hit is one look-up that moves nothing.
 *
 * A token is looked up by its tag, because a `Map` hashes each character of a key, and then compared as a whole. Nobody
 * can guess the tag of a token, so how long the comparison takes tells a forger nothing.
 */
class TwoPartCache implements OpenedCache {
  readonly #max: number
  readonly #copyOut: (sealed: Sealed) => Sealed
  #newer = new Map<string, Entry>()
  #older = new Map<string, Entry>()

  constructor(max: number, copyOut: (sealed: Sealed) => Sealed) {
    this.#max = max
    this.#copyOut = copyOut
  }

  get(token: string, at: number): Sealed | undefined {
    const tag = tagOf(token)
    const recent = this.#newer.get(tag)
    const entry = recent ?? this.#older.get(tag)
    if (entry?.token !== token) return undefined
    const { sealed } = entry
    if (at >= sealed.expiresAt) {
      this.#newer.delete(tag)
      this.#older.delete(tag)
      return undefined
    }
    if (!recent) this.#add(entry)
    return this.#copyOut(sealed)
  }

  set(token: string, sealed: Sealed): void {
    if (this.#max > 0) this.#add({ token, sealed: withCopiedData(sealed) })
  }

  clear(): void {
    this.#newer = new Map()
    this.#older = new Map()
  }

  #add(entry: Entry): void {
    if (this.#newer.size >= this.#max / 2) {
      this.#older = this.#newer
      this.#newer = new Map()
    }
    this.#newer.set(tagOf(entry.token), entry)
  }
}

function tagOf(token: string): string {
  return token.slice(-tagLength)
}

function withCopiedData(sealed: Sealed): Sealed {
  return copyOf(sealed, new Uint8Array(sealed.opened.data))
}

function withSameData(sealed: Sealed): Sealed {
  return copyOf(sealed, sealed.opened.data)
}

function copyOf({ opened, expiresAt, notBefore }: Sealed, data: Uint8Array): Sealed {
  const { record, touchedAt } = opened
  const { client } = record
  const ownRecord = client ? { ...record, client: { ...client } } : { ...record }
  return { opened: { record: ownRecord, touchedAt, data }, expiresAt, notBefore }
}

/** Returns a copy of a token. A substring of a header would keep the whole header in memory. */
export function detached(token: string): string {
  return Buffer.from(token, 'latin1').toString('latin1')
}
