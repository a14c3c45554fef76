const arrays = {
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

/** Which of the arrays that can be kept a view is; a Buffer is its bytes, and a subclass is none. */
export function nameOfArray(view: ArrayBufferView): string | undefined {
  if (Buffer.isBuffer(view)) return 'Uint8Array'
  return Object.entries(arrays).find(([, View]) => view.constructor === View)?.[0]
}

/** The bytes as an array of that name; `undefined` for a name of none. */
export function arrayNamed(name: string, bytes: Uint8Array): ArrayBufferView | undefined {
  const View = Object.entries(arrays).find(([known]) => known === name)?.[1]
  return View && new View(new Uint8Array(bytes).buffer)
}
