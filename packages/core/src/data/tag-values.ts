import type { Format } from './format.ts'
import { notEncodable } from './not-encodable.ts'
import {
  builtinKind,
  extraProperty,
  hasOnlyItems,
  hasOnlyKeys,
  isFakeDate,
  isPlainArray,
  isPlainObject,
} from './object-kinds.ts'
import { typedArrayName } from './typed-arrays.ts'

/**
 * A tagged value, which stands for one that the format cannot represent: `$` is its type, `v` its content. So
 *
 *     { at: new Date(0), seen: new Set(['a']), price: 10n, note: undefined }
 *
 * is written as
 *
 *     { "at": { "$": "Date", "v": 0 }, "seen": { "$": "Set", "v": ["a"] }, "price": { "$": "BigInt", "v": "10" },
 *       "note": { "$": "Undefined" } }
 *
 * | `$`             | stands for                                    | `v`                                          |
 * |-----------------|-----------------------------------------------|----------------------------------------------|
 * | `Undefined`     | undefined                                     | absent                                       |
 * | `Number`        | NaN, an infinity, −0                          | `'NaN'`, `'Infinity'`, `'-Infinity'`, `'-0'` |
 * | `BigInt`        | a BigInt                                      | its decimal digits                           |
 * | `String`        | a string that the format cannot write         | the string as JSON                           |
 * | `Date`          | a Date                                        | epoch ms, or null for an invalid date        |
 * | `Map`           | a Map                                         | `[[key, value], …]`, tagged where needed     |
 * | `Set`           | a Set                                         | `[value, …]`, tagged where needed            |
 * | `Object`        | an object with a key `$` or an unwritable key | `[[key, value], …]`, tagged where needed     |
 * | `Uint8Array`, … | a typed array, by its name                    | its bytes, raw or as base64                  |
 *
 * Since an object with a key `$` is itself tagged, no data can be mistaken for a tag. untag-values.ts is the way back.
 */
export interface TaggedValue {
  readonly $: string
  readonly v?: unknown
}

/** How deep objects may be nested. */
const maxDepth = 100

/** Returns true if the format can write the value as it is, so that tagging would only copy it. */
export function needsNoTags(value: unknown, format: Format, depth = 0): boolean {
  if (typeof value === 'string') return keepsText(value, format)
  if (typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth >= maxDepth) return false
  if (Array.isArray(value)) return isWhole(value) && itemsNeedNoTags(value, format, depth + 1)
  if (!isPlainObject(value)) return false
  const keys = Object.keys(value)
  if (!hasOnlyKeys(value, keys.length)) return false
  for (const key of keys)
    if (!isWritableKey(key, format) || !needsNoTags(value[key], format, depth + 1)) return false
  return true
}

/** Returns true for an array that has nothing but its items, and no holes: they read as undefined, which needs a tag. */
function isWhole(items: readonly unknown[]): boolean {
  return isPlainArray(items) && hasOnlyItems(items)
}

function itemsNeedNoTags(items: readonly unknown[], format: Format, depth: number): boolean {
  for (const item of items) if (!needsNoTags(item, format, depth)) return false
  return true
}

/**
 * Returns a copy of the value that the format can write, with tags where needed.
 * @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`, naming the path of a value that no codec keeps.
 */
export function tagValue(value: unknown, format: Format): unknown {
  return tagAt(value, { format, path: [], ancestors: new Set() })
}

/** Where in the data a value is. There is one for all values: the walk adds to it on the way down. */
interface Position {
  readonly format: Format
  readonly path: (string | number)[]
  /** The objects that contain it. Their number is its depth; a value that is among them is a cycle. */
  readonly ancestors: Set<object>
}

function keepsText(text: string, format: Format): boolean {
  return format.keepsText === undefined || format.keepsText(text)
}

function isWritableKey(key: string, format: Format): boolean {
  return key !== '$' && key !== '__proto__' && keepsText(key, format)
}

/** Stops at the first hole: an array may have any length and contain nothing. */
function isDense(items: readonly unknown[]): boolean {
  for (let index = 0; index < items.length; index++) if (!(index in items)) return false
  return true
}

function tagAt(value: unknown, position: Position): unknown {
  switch (typeof value) {
    case 'boolean':
      return value
    case 'string':
      return keepsText(value, position.format) ? value : { $: 'String', v: JSON.stringify(value) }
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'Number', v: Object.is(value, -0) ? '-0' : String(value) }
    case 'undefined':
      return { $: 'Undefined' }
    case 'bigint':
      return { $: 'BigInt', v: String(value) }
    case 'object':
      return value === null ? null : tagObject(value, position)
    default:
      throw notEncodable(`a ${typeof value}`, position.path)
  }
}

function tagObject(value: object, position: Position): unknown {
  const { ancestors, path } = position
  if (ancestors.has(value)) throw notEncodable('a cycle', path)
  if (ancestors.size >= maxDepth) throw notEncodable(`nested more than ${maxDepth} deep`, path)
  ancestors.add(value)
  const tagged = tagContents(value, position)
  ancestors.delete(value)
  return tagged
}

/** Tags what an object holds under a key. */
function tagItem(item: unknown, key: string | number, position: Position): unknown {
  position.path.push(key)
  const tagged = tagAt(item, position)
  position.path.pop()
  return tagged
}

function tagItems(items: Iterable<unknown>, position: Position): unknown[] {
  return Array.from(items, (item, index) => tagItem(item, index, position))
}

function tagContents(value: object, position: Position): unknown {
  const { path, format } = position
  if (isPlainArray(value)) {
    if (!isDense(value)) throw notEncodable('an array with holes', path)
    checkNothingExtra(value, value.length + 1, path)
    return tagItems(value, position)
  }
  if (isPlainObject(value)) {
    checkNothingExtra(value, Object.keys(value).length, path)
    return tagPlain(value, position)
  }
  if (ArrayBuffer.isView(value) && typedArrayName(value)) {
    checkNothingExtra(value, Object(value).length, path)
    return tagBytes(value, format)
  }
  const kind = builtinKind(value)
  if (kind === undefined) throw notEncodable(`an instance of ${classNameOf(value)}`, path)
  checkNothingExtra(value, kind === 'Date' && isFakeDate(value) ? 1 : 0, path)
  if (kind === 'Date') return { $: kind, v: timeOf(value as Date) }
  if (kind === 'Set') return { $: kind, v: tagItems(value as Set<unknown>, position) }
  const entries = Array.from(value as Map<unknown, unknown>)
  return {
    $: kind,
    v: entries.map(([k, v], at) => [tagItem(k, at, position), tagItem(v, at, position)]),
  }
}

function checkNothingExtra(value: object, expected: number, path: Position['path']): void {
  const extra = extraProperty(value, expected)
  if (extra !== undefined) throw notEncodable(`an object with ${extra}`, path)
}

/** Returns `null` for an invalid date, as JSON does. */
function timeOf(date: Date): number | null {
  const time = date.getTime()
  return Number.isNaN(time) ? null : time
}

function tagPlain(value: Record<string, unknown>, position: Position): unknown {
  const { path, format } = position
  const keys = Object.keys(value)
  if (keys.every((key) => isWritableKey(key, format))) {
    const tagged: Record<string, unknown> = {}
    for (const key of keys) tagged[key] = tagItem(value[key], key, position)
    return tagged
  }
  const entries = keys.map((key) => {
    if (key === '__proto__') throw notEncodable("a key named '__proto__'", [...path, key])
    const item = tagItem(value[key], key, position)
    return [tagAt(key, position), item]
  })
  return { $: 'Object', v: entries }
}

function tagBytes(view: ArrayBufferView, { keepsBytes = false }: Format): TaggedValue {
  const bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength)
  return { $: typedArrayName(view) ?? '', v: keepsBytes ? bytes : bytes.toString('base64') }
}

function classNameOf(value: object): string {
  return String(value.constructor?.name ?? '').replace(/[^\w$]/g, '') || 'a class'
}
