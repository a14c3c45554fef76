import type { TaggedValue } from './tag-values.ts'
import { typedArrayOf } from './typed-arrays.ts'

/**
 * Returns the value that `tagValue` was given: the same objects where they hold no tag. Throws on a tag that it does not
 * write (the tags: tag-values.ts).
 */
export function untagValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return untagItems(value)
  if (Object.hasOwn(value, '$')) return untag(value as TaggedValue)
  return untagPlain(value as Record<string, unknown>)
}

function untagItems(items: readonly unknown[]): readonly unknown[] {
  const plain = items.map(untagValue)
  return plain.some((item, index) => item !== items[index]) ? plain : items
}

function untagPlain(object: Record<string, unknown>): Record<string, unknown> {
  let copy: Record<string, unknown> | undefined
  for (const key of Object.keys(object)) {
    if (key === '__proto__') throw protoKey()
    const item = untagValue(object[key])
    if (item === object[key]) continue
    copy ??= { ...object }
    copy[key] = item
  }
  return copy ?? object
}

function protoKey(): TypeError {
  return new TypeError("A stored object has a key named '__proto__'")
}

function untagEntries(entries: [unknown, unknown][]): object {
  return Object.fromEntries(
    entries.map(([taggedKey, item]) => {
      const key = untagValue(taggedKey)
      if (key === '__proto__') throw protoKey()
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
  if (type === 'Set') return new Set(untagItems(v))
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
