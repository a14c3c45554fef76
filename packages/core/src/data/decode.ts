import type { Codec } from './codec.ts'

/** Application data as the store sees it: top-level keys, each with a value. */
export type DataObject = Record<string, unknown>

/** Decodes data and checks that it is an object; throws on anything else. */
export function decodeData(codec: Codec, bytes: Uint8Array): DataObject {
  const data = codec.decode(bytes)
  if (isDataObject(data)) return data
  throw new TypeError('The stored data is not an object')
}

/** Whether a value is an object without a class of its own. */
export function isDataObject(data: unknown): data is DataObject {
  if (typeof data !== 'object' || data === null) return false
  const prototype: unknown = Object.getPrototypeOf(data)
  return prototype === Object.prototype || prototype === null
}

/** Whether two encodings are the same bytes. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0
}
