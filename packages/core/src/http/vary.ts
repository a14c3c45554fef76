import type { Carrier } from './carrier.ts'

/**
 * Adds request headers to the response header `Vary`, unless they are there already. `*` stays alone.
 * @example
 * varyBy(carrier, ['Cookie'])
 */
export function varyBy(carrier: Pick<Carrier, 'get' | 'set'>, headers: readonly string[]): void {
  const vary = carrier.get('vary')
  if (!vary) {
    if (headers.length > 0) carrier.set('Vary', headers.join(', '))
    return
  }
  const present = parseList(vary)
  if (present.includes('*')) return
  const missing = headers.filter((header) => !present.includes(header.toLowerCase()))
  if (missing.length > 0) carrier.set('Vary', [vary, ...missing].join(', '))
}

/** Returns the items of a comma-separated header, trimmed and in lower case. */
export function parseList(value: string): readonly string[] {
  return value.split(',').map((item) => item.trim().toLowerCase())
}
