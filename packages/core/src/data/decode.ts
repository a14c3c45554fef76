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
  const data = read(codec, bytes)
  if (isPlainObject(data)) return data
  throw new TypeError('The stored data is not an object')
}

/**
 * Returns what a codec reads. Its errors repeat what they could not read (`JSON.parse` the text around it), so they are
 * replaced by one that holds nothing of the session and keeps the lines of the stack.
 */
function read(codec: Codec, bytes: Uint8Array): unknown {
  try {
    return codec.decode(bytes)
  } catch (thrown) {
    const error = new TypeError(`The codec '${codec.name}' cannot read the stored data`)
    const { name, stack = '' } = Object(thrown)
    const frames = /\n {4}at .*/s.exec(String(stack))?.[0] ?? ''
    error.stack = `${error.name}: ${error.message} (${String(name)})${frames}`
    throw error
  }
}

/** Returns true if two encodings are equal, byte by byte. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || (a.length === b.length && Buffer.compare(a, b) === 0)
}
