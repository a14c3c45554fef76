import type { Format } from './format.ts'
import { notEncodable } from './not-encodable.ts'
import { nameOfArray } from './typed-arrays.ts'

/** Whether the format keeps the value as it is, so that marking would only copy it. */
export function needsNoTags(value: unknown, format: Format, depth = 0): boolean {
  if (typeof value === 'string') return isKept(value, format)
  if (typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth >= deepest) return false
  if (Array.isArray(value)) return isDense(value) && areUntagged(value, format, depth + 1)
  if (!isPlain(value)) return false
  for (const key in value)
    if (!isUntaggedKey(key, format) || !needsNoTags(value[key], format, depth + 1)) return false
  return true
}

function areUntagged(items: readonly unknown[], format: Format, depth: number): boolean {
  for (const item of items) if (!needsNoTags(item, format, depth)) return false
  return true
}

/**
 * A copy of the value in what the format keeps, with marks for the rest.
 * @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`, naming the path of what no codec keeps.
 */
export function tagValue(value: unknown, format: Format): unknown {
  return tagAt(value, { format, path: [], above: new Set() })
}

/** What stands for a value that the format does not keep: `$` is its type. */
export interface TaggedValue {
  readonly $: string
  readonly v?: unknown
}

/** Where in the data a walk is, and what it is inside of. */
interface Position {
  readonly format: Format
  readonly path: readonly (string | number)[]
  readonly above: Set<object>
}

const deepest = 100
function isKept(text: string, { keepsText }: Format): boolean {
  return keepsText === undefined || keepsText(text)
}

function isUntaggedKey(key: string, format: Format): boolean {
  return key !== '$' && key !== '__proto__' && isKept(key, format)
}

/** Stops at the first hole: an array may claim to be of any length and hold nothing. */
function isDense(items: readonly unknown[]): boolean {
  for (let at = 0; at < items.length; at++) if (!(at in items)) return false
  return true
}

function tagAt(value: unknown, place: Position): unknown {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return isKept(value, place.format) ? value : { $: 'String', v: JSON.stringify(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'Number', v: Object.is(value, -0) ? '-0' : String(value) }
    case 'undefined':
      return { $: 'Undefined' }
    case 'bigint':
      return { $: 'BigInt', v: String(value) }
    case 'object':
      return value === null ? null : tagObject(value, place)
    default:
      throw notEncodable(`a ${typeof value}`, place.path)
  }
}

function tagObject(value: object, place: Position): unknown {
  const { above, path } = place
  if (above.has(value)) throw notEncodable('a cycle', path)
  if (above.size >= deepest) throw notEncodable(`nested more than ${deepest} deep`, path)
  above.add(value)
  const marked = tagOpenObject(value, place)
  above.delete(value)
  return marked
}

function tagOpenObject(value: object, place: Position): unknown {
  const { path, format } = place
  const inner = (item: unknown, key: string | number) =>
    tagAt(item, { ...place, path: [...path, key] })
  if (Array.isArray(value) && !isDense(value)) throw notEncodable('an array with holes', path)
  if (Array.isArray(value)) return Array.from(value, inner)
  if (isPlain(value)) return tagPlain(value, place)
  if (value instanceof Date) return { $: 'Date', v: dateOf(value) }
  if (value instanceof Map)
    return { $: 'Map', v: Array.from(value, ([k, v], at) => [inner(k, at), inner(v, at)]) }
  if (value instanceof Set) return { $: 'Set', v: Array.from(value, inner) }
  if (ArrayBuffer.isView(value) && nameOfArray(value)) return tagBytes(value, format)
  throw notEncodable(`an instance of ${nameOfClass(value)}`, path)
}

/** `null` where the date is none, as JSON writes it. */
function dateOf(date: Date): number | null {
  const time = date.getTime()
  return Number.isNaN(time) ? null : time
}

function tagPlain(value: object, place: Position): unknown {
  const { path } = place
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if (key === '__proto__') throw notEncodable("a key named '__proto__'", [...path, key])
    return [key, tagAt(item, { ...place, path: [...path, key] })]
  })
  if (entries.every(([key]) => isUntaggedKey(key, place.format))) return Object.fromEntries(entries)
  return { $: 'Object', v: entries.map(([key, item]) => [tagAt(key, place), item]) }
}

function tagBytes(view: ArrayBufferView, { keepsBytes = false }: Format): TaggedValue {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  return { $: nameOfArray(view) ?? '', v: keepsBytes ? bytes : bytes.toString('base64') }
}

function nameOfClass(value: object): string {
  return String(value.constructor?.name ?? '').replace(/[^\w$]/g, '') || 'a class'
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
