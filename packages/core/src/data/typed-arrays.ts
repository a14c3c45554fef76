import { isRootPrototype } from './object-kinds.ts'

const typedArrays = {
  Uint8Array,
  Int8Array,
  Uint8ClampedArray,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
}

/**
 * Returns the name of a typed array that can be kept; `undefined` for a DataView or a subclass. A Buffer is kept as a
 * Uint8Array.
 */
export function typedArrayName(view: ArrayBufferView): string | undefined {
  if (Buffer.isBuffer(view)) return 'Uint8Array'
  const name = Object.prototype.toString.call(view).slice('[object '.length, -1) // of any realm
  return Object.hasOwn(typedArrays, name) && isOfNoSubclass(view) ? name : undefined
}

/** The prototypes above a typed array: its class, the abstract TypedArray, and the root. */
function isOfNoSubclass(view: ArrayBufferView): boolean {
  const abstract: unknown = Object.getPrototypeOf(Object.getPrototypeOf(view))
  return isRootPrototype(Object.getPrototypeOf(abstract))
}

/** Returns a typed array of that name over a copy of the bytes; `undefined` for an unknown name. */
export function typedArrayOf(name: string, bytes: Uint8Array): ArrayBufferView | undefined {
  const View = Object.entries(typedArrays).find(([known]) => known === name)?.[1]
  return View && new View(new Uint8Array(bytes).buffer)
}
