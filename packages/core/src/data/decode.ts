import type { Codec } from './codec.ts'
import { isPlainObject } from './object-kinds.ts'
import { removePrototypes } from './prototypes.ts'

/** `session.data`, decoded: an object without a class. */
export type DataObject = Record<string, unknown>

/**
 * Returns the decoded data, whose objects have no prototype at any depth. Throws if the bytes cannot be decoded or are
 * not an object.
 */
export function decodeData(codec: Codec, bytes: Uint8Array): DataObject {
  return removePrototypes(decodeUntouched(codec, bytes))
}

/** Decodes as `decodeData` does, and leaves it to the caller to remove the prototypes: few requests use the data. */
export function decodeUntouched(codec: Codec, bytes: Uint8Array): DataObject {
  const data = codec.decode(bytes)
  if (isPlainObject(data)) return data
  throw new TypeError('The stored data is not an object')
}

/** Returns true if two encodings are equal, byte by byte. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0
}
