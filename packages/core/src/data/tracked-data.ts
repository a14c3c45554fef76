import { SessionUsageError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { type DataObject, decodeData, decodeUntouched, sameBytes } from './decode.ts'
import { mergeBytes } from './merge.ts'
import { isPlainObject } from './object-kinds.ts'
import { removePrototypes } from './prototypes.ts'

/** `session.data` during one request. It is encoded again only if the handler has accessed it. */
export interface TrackedData {
  /** Returns the live object, which stays the same one unless it is replaced. It has no prototype; see prototypes.ts. */
  value(): DataObject
  /** Makes a copy of another object the live one. */
  replace(data: object): void
  /** Returns the encoding of what the handler received. */
  base(): Uint8Array
  /** Returns the encoding of the live object; `base()` itself, byte by byte, if nothing was changed. */
  bytes(): Uint8Array
  /** Replaces the contents of the live object, which then counts as changed. */
  overwrite(encoded: Uint8Array): void
  /**
   * Takes `written` as the new base after `sent` was saved. The live object adopts what other requests have written, and
   * keeps what the handler has changed since `sent` was encoded.
   */
  rebase(written: Uint8Array, sent: Uint8Array): void
}

/** Starts to track data. Throws if `encoded` cannot be decoded. */
export function trackData(codec: Codec, encoded: Uint8Array): TrackedData {
  let base = encoded
  /** The encoding of the live object when it last equalled `base`: after a merge its keys may be in another order. */
  let unchanged = encoded
  let data = decodeUntouched(codec, encoded)
  let isAccessed = false
  const access = () => {
    if (!isAccessed) removePrototypes(data)
    isAccessed = true
    return data
  }
  const bytes = () => {
    if (!isAccessed) return base
    const current = codec.encode(data)
    return sameBytes(current, unchanged) ? base : current
  }
  /** Returns `undefined` if the data cannot be encoded at present; the next commit reports that. */
  const bytesIfEncodable = () => {
    try {
      return bytes()
    } catch {
      return undefined
    }
  }
  const overwrite = (encoded: Uint8Array) => {
    replaceContents(access(), decodeData(codec, encoded))
  }
  return {
    value: access,
    replace(next) {
      isAccessed = true
      data = Object.setPrototypeOf({ ...asDataObject(next) }, null) // the caller may share the object
    },
    base: () => base,
    bytes,
    overwrite,
    rebase(written, sent) {
      const mine = bytesIfEncodable()
      const isUnchangedSince = mine !== undefined && sameBytes(mine, sent)
      base = written
      unchanged = written
      if (mine === undefined || sameBytes(written, mine)) return
      overwrite(mergeBytes({ base: sent, mine, theirs: written }, codec).bytes)
      if (isUnchangedSince) unchanged = codec.encode(data)
    },
  }
}

function asDataObject(data: unknown): DataObject {
  if (isPlainObject(data)) return data
  throw new SessionUsageError(
    'ERR_SESSION_NOT_ENCODABLE',
    'session.data must be a plain object. Keep other values under a key of it.',
  )
}

function replaceContents(data: DataObject, next: DataObject): void {
  for (const key of Object.keys(data)) if (!Object.hasOwn(next, key)) delete data[key]
  Object.assign(data, next)
}
