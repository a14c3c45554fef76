import type { Marked } from './tag-values.ts'
import { arrayNamed } from './typed-arrays.ts'

/** The value that `mark` copied. */
export function unmark(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unmark)
  if (Object.hasOwn(value, '$')) return unmarkMarked(value as Marked)
  return unmarkEntries(Object.entries(value))
}

function unmarkEntries(entries: [unknown, unknown][]): object {
  return Object.fromEntries(
    entries.map(([markedKey, item]) => {
      const key = unmark(markedKey)
      if (key === '__proto__') throw new TypeError("A stored object has a key named '__proto__'")
      return [key, unmark(item)]
    }),
  )
}

function unmarkMarked({ $: type, v }: Marked): unknown {
  if (type === 'Undefined') return undefined
  if (type === 'Date') return new Date(v === null ? Number.NaN : Number(v))
  if (typeof v === 'string') return unmarkText(type, v)
  if (v instanceof Uint8Array) return unmarkBytes(type, v)
  if (!Array.isArray(v)) throw new TypeError(`A stored value is marked '${type}' and is not one`)
  if (type === 'Set') return new Set(v.map(unmark))
  if (type === 'Map') return new Map(unmark(v) as [unknown, unknown][])
  if (type === 'Object') return unmarkEntries(v as [unknown, unknown][])
  throw new TypeError(`A stored value has the unknown mark '${type}'`)
}

function unmarkText(type: string, text: string): unknown {
  if (type === 'String') return JSON.parse(text)
  if (type === 'BigInt') return BigInt(text)
  if (type === 'Number') return Number(text)
  return unmarkBytes(type, Buffer.from(text, 'base64'))
}

function unmarkBytes(type: string, bytes: Uint8Array): unknown {
  const array = arrayNamed(type, bytes)
  if (!array) throw new TypeError(`A stored value has the unknown mark '${type}'`)
  return array
}
