import { SessionUsageError } from '../errors.ts'
import type { Codec } from './codec.ts'
import { type DataObject, decodeData, isDataObject, sameBytes } from './decode.ts'
import { mergeBytes } from './merge.ts'

/** The application's data during one request: encoded again only if the handler asked for it. */
export interface TrackedData {
  /** The live object; it stays the same one unless it is replaced. */
  value(): DataObject
  /** Puts another object in its place. */
  replace(data: object): void
  /** What the handler was given, encoded. */
  base(): Uint8Array
  /** What there is now, encoded. Equal bytes mean that nothing was changed. */
  bytes(): Uint8Array
  /** Puts other data into the live object; it counts as changed by that. */
  overwrite(encoded: Uint8Array): void
  /** Goes on from what was written of `sent`; the live object takes over what others wrote and keeps what came since. */
  rebase(written: Uint8Array, sent: Uint8Array): void
}

/** A box over encoded data; throws where `encoded` cannot be decoded. */
export function trackData(codec: Codec, encoded: Uint8Array): TrackedData {
  let base = encoded
  let data = decodeData(codec, encoded)
  let isGiven = false
  const bytes = () => (isGiven ? codec.encode(data) : base)
  /** None where the data cannot be encoded just now; the next commit says so. */
  const bytesIfAny = () => {
    try {
      return bytes()
    } catch {
      return undefined
    }
  }
  const overwrite = (encoded: Uint8Array) => {
    isGiven = true
    replaceContents(data, decodeData(codec, encoded))
  }
  return {
    value() {
      isGiven = true
      return data
    },
    replace(next) {
      isGiven = true
      data = { ...asDataObject(next) } // the caller may share the object with other requests
    },
    base: () => base,
    bytes,
    overwrite,
    rebase(written, sent) {
      const mine = bytesIfAny()
      base = written
      if (mine && !sameBytes(written, mine))
        overwrite(mergeBytes({ base: sent, mine, theirs: written }, codec).bytes)
    },
  }
}

function asDataObject(data: unknown): DataObject {
  if (isDataObject(data)) return data
  throw new SessionUsageError(
    'ERR_SESSION_NOT_ENCODABLE',
    'session.data must be a plain object. Keep other values under a key of it.',
  )
}

function replaceContents(data: DataObject, next: DataObject): void {
  for (const key of Object.keys(data)) if (!Object.hasOwn(next, key)) delete data[key]
  Object.assign(data, next)
}
