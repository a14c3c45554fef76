/**
 * Returns data as JSON can say it: a `Map` as a list of pairs, a `Set` as a list, a `BigInt` with an n, bytes by their number.
 */
export function plainData(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data, plain) ?? 'null')
}

/** Returns data as text for an operator. */
export function dataText(data: unknown): string {
  return JSON.stringify(plainData(data), null, 2)
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Map || value instanceof Set) return [...value]
  return ArrayBuffer.isView(value) ? `${value.byteLength} bytes` : value
}
