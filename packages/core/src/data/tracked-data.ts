import { SessionUsageError } from '../errors.ts'
import type { Codec } from './codec.ts'
import type { DataTracker } from './data-tracker.ts'
import { type DataObject, decodeData, decodeUntouched, sameBytes } from './decode.ts'
import { mergeBytes } from './merge.ts'
import { isPlainObject } from './object-kinds.ts'
import { hasNoPrototypes, removePrototypes } from './prototypes.ts'
import { isUnchanged, removePrototypesIn, type Snapshot, takeSnapshot } from './snapshot.ts'

/** Starts to track data. Throws if `encoded` cannot be decoded. */
export function trackData(codec: Codec, encoded: Uint8Array): TrackedData {
  return new TrackedData(codec, encoded, decodeUntouched(codec, encoded))
}

/**
 * `session.data` during one request. It is encoded again only if the handler has asked for it and a snapshot shows that
 * it is not what it was when it was last decoded or encoded. So a request that only reads encodes nothing, and a write
 * encodes once.
 */
export class TrackedData implements DataTracker {
  readonly #codec: Codec
  /** The encoding of what the handler received, or of what was saved last. */
  #base: Uint8Array
  /** The encoding of the live object when it last equalled `#base`: after a merge its keys may be in another order. */
  #unchanged: Uint8Array
  /** What the base was decoded to, until the handler receives it: it still has prototypes. */
  #decoded: DataObject | undefined
  /** The object that the handler has received; `undefined` if it has not asked for it, so that nothing can have changed. */
  #live: DataObject | undefined
  /** The live object when its encoding was `#encoded`; `undefined` if it must be encoded to be compared. */
  #snapshot: Snapshot | undefined
  #encoded: Uint8Array

  /** Tracks data that is known to be decodable; `trackData` checks it. `decoded` is its decoded form, if there is one. */
  constructor(codec: Codec, encoded: Uint8Array, decoded?: DataObject) {
    this.#codec = codec
    this.#base = encoded
    this.#unchanged = encoded
    this.#encoded = encoded
    this.#decoded = decoded
    this.#live = undefined
    this.#snapshot = undefined
  }

  /** Returns the live object, which stays the same one unless it is replaced. It has no prototype; see prototypes.ts. */
  value(): DataObject {
    if (this.#live) return this.#live
    const live = this.#decoded ?? decodeUntouched(this.#codec, this.#base)
    this.#live = live
    this.#decoded = undefined
    this.#encoded = this.#base
    this.#snapshot = takeSnapshot(live)
    if (this.#snapshot) removePrototypesIn(this.#snapshot)
    else removePrototypes(live)
    return live
  }

  /** Makes a copy of another object the live one. */
  replace(data: object): void {
    this.#live = Object.setPrototypeOf({ ...asDataObject(data) }, null) // the caller may share the object
    this.#snapshot = undefined
  }

  /** Returns the encoding of what the handler received. */
  base(): Uint8Array {
    return this.#base
  }

  /**
   * Returns the encoding of the live object; `base()` itself, byte by byte, if nothing was changed.
   * @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`
   */
  bytes(): Uint8Array {
    if (!this.#live) return this.#base
    const current = this.#encode(this.#live)
    return sameBytes(current, this.#unchanged) ? this.#base : current
  }

  version(): undefined {
    return undefined
  }

  reset(): TrackedData {
    return new TrackedData(this.#codec, this.#base)
  }

  /**
   * Replaces the contents of the live object, which then counts as changed. What is the same under a key stays the same
   * object: the handler may have kept it, and go on to change it.
   */
  overwrite(encoded: Uint8Array): void {
    const live = this.value()
    const next = decodeData(this.#codec, encoded)
    for (const key of Object.keys(live)) if (!Object.hasOwn(next, key)) delete live[key]
    for (const [key, value] of Object.entries(next))
      if (!Object.hasOwn(live, key) || !this.#isSame(live[key], value)) live[key] = value
  }

  /**
   * Takes `written` as the new base after `sent` was saved. The live object adopts what other requests have written, and
   * keeps what the handler has changed since `sent` was encoded.
   */
  rebase(written: Uint8Array, sent: Uint8Array): void {
    if (sameBytes(written, sent)) {
      if (!sameBytes(written, this.#base)) this.#unchanged = written // else no data was written: only a touch, or a token
      this.#base = written
      return
    }
    const mine = this.#bytesIfEncodable()
    const isUnchangedSince = mine !== undefined && sameBytes(mine, sent)
    this.#base = written
    this.#unchanged = written
    if (mine === undefined || sameBytes(written, mine)) return
    if (!this.#live && isUnchangedSince) {
      this.#decoded = undefined // `written` is decoded when the handler asks for the data
      return
    }
    this.overwrite(mergeBytes({ base: sent, mine, theirs: written }, this.#codec).bytes)
    if (isUnchangedSince) this.#unchanged = this.#encode(this.value())
  }

  /** Encodes the live object, unless it is known to be what was encoded last. */
  #encode(live: DataObject): Uint8Array {
    if (this.#snapshot && isUnchanged(this.#snapshot)) return this.#encoded
    this.#snapshot = undefined
    this.#encoded = this.#codec.encode(live)
    this.#snapshot = takeSnapshot(live)
    return this.#encoded
  }

  /** Returns false also for what cannot be encoded, and for what the handler has made: its objects have prototypes. */
  #isSame(live: unknown, decoded: unknown): boolean {
    if (typeof live !== 'object' || live === null) return Object.is(live, decoded)
    try {
      return (
        hasNoPrototypes(live) && sameBytes(this.#codec.encode(live), this.#codec.encode(decoded))
      )
    } catch {
      return false
    }
  }

  /** Returns `undefined` if the data cannot be encoded at present; the next commit reports that. */
  #bytesIfEncodable(): Uint8Array | undefined {
    try {
      return this.bytes()
    } catch {
      return undefined
    }
  }
}

function asDataObject(data: unknown): DataObject {
  if (isPlainObject(data)) return data
  throw new SessionUsageError(
    'ERR_SESSION_NOT_ENCODABLE',
    'session.data must be a plain object. Keep other values under a key of it.',
  )
}
