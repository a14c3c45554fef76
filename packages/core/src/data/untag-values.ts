import type { TaggedValue } from './tag-values.ts'
import { typedArrayOf } from './typed-arrays.ts'

/** Returns the value that `tagValue` was given. Throws on a tag that it does not write (the tags: tag-values.ts). */
export function untagValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(untagValue)
  if (Object.hasOwn(value, '$')) return untag(value as TaggedValue)
  return untagEntries(Object.entries(value))
}

function untagEntries(entries: [unknown, unknown][]): object {
  return Object.fromEntries(
    entries.map(([taggedKey, item]) => {
      const key = untagValue(taggedKey)
      if (key === '__proto__') throw new TypeError("A stored object has a key named '__proto__'")
      return [key, untagValue(item)]
    }),
  )
}

function untag({ $: type, v }: TaggedValue): unknown {
  if (type === 'Undefined') return undefined
  if (type === 'Date') return new Date(v === null ? Number.NaN : Number(v))
  if (typeof v === 'string') return untagText(type, v)
  if (v instanceof Uint8Array) return untagBytes(type, v)
  if (!Array.isArray(v)) throw new TypeError(`A stored value is marked '${type}' and is not one`)
  if (type === 'Set') return new Set(v.map(untagValue))
  if (type === 'Map') return new Map(untagValue(v) as [unknown, unknown][])
  if (type === 'Object') return untagEntries(v as [unknown, unknown][])
  throw new TypeError(`A stored value has the unknown mark '${type}'`)
}

function untagText(type: string, text: string): unknown {
  if (type === 'String') return JSON.parse(text)
  if (type === 'BigInt') return BigInt(text)
  if (type === 'Number') return Number(text)
  return untagBytes(type, Buffer.from(text, 'base64'))
}

function untagBytes(type: string, bytes: Uint8Array): unknown {
  const array = typedArrayOf(type, bytes)
  if (!array) throw new TypeError(`A stored value has the unknown mark '${type}'`)
  return array
}
