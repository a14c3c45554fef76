import type { Codec } from './codec.ts'
import { type DataObject, decodeData, sameBytes } from './decode.ts'

/** The prefix of the keys under which flash messages are kept. */
export const flashPrefix = 'flash:'

/** Returns true for a key of `session.data` that belongs to Sojourn: flash messages, and what `passportSession` keeps. */
function isLibraryKey(key: string): boolean {
  return key === 'passport' || key.startsWith(flashPrefix)
}

/** Splits data into the application's keys, which schemas and migrations are given, and those of Sojourn. */
export function splitLibraryKeys(data: DataObject): {
  readonly own: DataObject
  readonly library: DataObject
} {
  const own: DataObject = Object.create(null)
  const library: DataObject = Object.create(null)
  for (const [key, value] of Object.entries(data)) (isLibraryKey(key) ? library : own)[key] = value
  return { own, library }
}

/** Returns the keys of Sojourn in encoded data, encoded. */
export function libraryOf(bytes: Uint8Array, codec: Codec): Uint8Array {
  return codec.encode(splitLibraryKeys(decodeData(codec, bytes)).library)
}

/** Returns true if two encodings of data differ at most in keys of Sojourn. */
export function haveSameOwn(a: Uint8Array, b: Uint8Array, codec: Codec): boolean {
  const ownOf = (bytes: Uint8Array) => codec.encode(splitLibraryKeys(decodeData(codec, bytes)).own)
  return sameBytes(a, b) || sameBytes(ownOf(a), ownOf(b))
}
