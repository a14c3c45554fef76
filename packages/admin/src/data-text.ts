/** How much of the data of a session is shown, in characters. */
const maxLength = 100_000

/**
 * Returns data as text for an operator: JSON with two spaces, and for what JSON does not have what comes nearest to it: a
 * `Map` as a list of pairs, a `Set` as a list, a `BigInt` with an n, bytes by their number.
 */
export function dataText(data: unknown): string {
  const text = JSON.stringify(data, plain, 2) ?? String(data)
  return text.length > maxLength ? `${text.slice(0, maxLength)}\n… and more` : text
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Map) return [...value]
  if (value instanceof Set) return [...value]
  if (ArrayBuffer.isView(value)) return `${value.byteLength} bytes`
  return value
}
