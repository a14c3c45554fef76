import type { Carrier } from './carrier.ts'

/** Adds to a response's Vary what its content depends on, beside what is there. */
export function varyBy(carrier: Pick<Carrier, 'get' | 'set'>, headers: readonly string[]): void {
  const vary = carrier.get('vary') ?? ''
  const named = parseList(vary)
  if (named.includes('*')) return
  const missing = headers.filter((header) => !named.includes(header.toLowerCase()))
  if (missing.length > 0)
    carrier.set('Vary', [...(vary === '' ? [] : [vary]), ...missing].join(', '))
}

/** The items of a comma-separated header, in lower case. */
export function parseList(value: string): readonly string[] {
  return value.split(',').map((item) => item.trim().toLowerCase())
}
