import { SessionUsageError } from './errors.ts'

/**
 * Turns data into bytes and back. Every codec keeps plain objects, arrays, strings, numbers (NaN, infinities and −0
 * too), booleans, null, undefined, Date, Map, Set, BigInt and typed arrays, and refuses everything else with its path.
 *
 * `encode(decode(bytes))` must equal `bytes` that `encode` made: by that a session knows whether it was changed.
 */
export interface Codec {
  /** Names the format in what is stored, so that it stays readable when the codec is changed. At most 32 characters. */
  readonly name: string
  /** @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`, naming the path of the value that cannot be kept. */
  encode(value: unknown): Uint8Array
  /** Throws on bytes that it did not make; the session then counts as corrupt. */
  decode(bytes: Uint8Array): unknown
}

/**
 * JSON, with what JSON has no words for written as `{ "$": type, "v": … }`. An object that has a key `$` of its own is
 * written as a list of entries, so nothing is mistaken for such a mark.
 */
export const jsonCodec: Codec = {
  name: 'json',
  encode(value) {
    return encoder.encode(JSON.stringify(isJson(value, 0) ? value : mark(value, [], new Set())))
  },
  decode(bytes) {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    return isJson(value, 0) ? value : unmark(value)
  },
}

/** `data.cart[0].price`: where in the data a value stands. */
function pathOf(path: readonly (string | number)[]): string {
  return path.reduce<string>(
    (text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`),
    'data',
  )
}

/** The error for a value that no codec keeps. */
export function notEncodable(what: string, path: readonly (string | number)[]): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_NOT_ENCODABLE',
    `${pathOf(path)} is ${what}, which a session cannot keep. ` +
      'Keep plain objects, arrays, strings, numbers, booleans, null, undefined, Date, Map, Set, BigInt or typed arrays.',
  )
}

type Path = readonly (string | number)[]

interface Marked {
  readonly $: string
  readonly v?: unknown
}

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true })
const deepest = 100
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

/** Whether JSON keeps the value as it is, so that marking would only copy it. */
function isJson(value: unknown, depth: number): boolean {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return true
  if (typeof value === 'number') return Number.isFinite(value) && !Object.is(value, -0)
  if (typeof value !== 'object' || depth >= deepest) return false
  if (Array.isArray(value)) return isDense(value) && value.every((item) => isJson(item, depth + 1))
  return isPlain(value) && Object.keys(value).every((key) => isJsonEntry(value, key, depth))
}

function isJsonEntry(object: object, key: string, depth: number): boolean {
  const item: unknown = Reflect.get(object, key)
  return key !== '$' && key !== '__proto__' && isJson(item, depth + 1)
}

/** Stops at the first hole: an array may claim to be of any length and hold nothing. */
function isDense(items: readonly unknown[]): boolean {
  for (let at = 0; at < items.length; at++) if (!(at in items)) return false
  return true
}

function mark(value: unknown, path: Path, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $: 'Number', v: Object.is(value, -0) ? '-0' : String(value) }
    case 'undefined':
      return { $: 'Undefined' }
    case 'bigint':
      return { $: 'BigInt', v: String(value) }
    case 'object':
      return value === null ? null : markObject(value, path, above)
    default:
      throw notEncodable(`a ${typeof value}`, path)
  }
}

function markObject(value: object, path: Path, above: Set<object>): unknown {
  if (above.has(value)) throw notEncodable('a cycle', path)
  if (above.size >= deepest) throw notEncodable(`nested more than ${deepest} deep`, path)
  above.add(value)
  const marked = markOpenObject(value, path, above)
  above.delete(value)
  return marked
}

function markOpenObject(value: object, path: Path, above: Set<object>): unknown {
  const inner = (item: unknown, key: string | number) => mark(item, [...path, key], above)
  if (Array.isArray(value) && !isDense(value)) throw notEncodable('an array with holes', path)
  if (Array.isArray(value)) return Array.from(value, inner)
  if (isPlain(value)) return markPlain(value, path, above)
  if (value instanceof Date) return { $: 'Date', v: value.getTime() }
  if (value instanceof Map)
    return { $: 'Map', v: Array.from(value, ([k, v], at) => [inner(k, at), inner(v, at)]) }
  if (value instanceof Set) return { $: 'Set', v: Array.from(value, inner) }
  if (ArrayBuffer.isView(value) && nameOfArray(value)) return markBytes(value)
  throw notEncodable(`an instance of ${nameOfClass(value)}`, path)
}

function markPlain(value: object, path: Path, above: Set<object>): unknown {
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => {
    if (key === '__proto__') throw notEncodable("a key named '__proto__'", [...path, key])
    return [key, mark(item, [...path, key], above)]
  })
  return Object.hasOwn(value, '$') ? { $: 'Object', v: entries } : Object.fromEntries(entries)
}

function markBytes(view: ArrayBufferView): Marked {
  const { buffer, byteOffset, byteLength } = view
  return {
    $: nameOfArray(view) ?? '',
    v: Buffer.from(buffer, byteOffset, byteLength).toString('base64'),
  }
}

/** Which of the arrays that can be kept a view is; a Buffer is its bytes, and a subclass is none. */
function nameOfArray(view: ArrayBufferView): string | undefined {
  if (Buffer.isBuffer(view)) return 'Uint8Array'
  return Object.entries(arrays).find(([, View]) => view.constructor === View)?.[0]
}

function nameOfClass(value: object): string {
  return String(value.constructor?.name ?? '').replace(/[^\w$]/g, '') || 'a class'
}

function unmark(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(unmark)
  if (Object.hasOwn(value, '$')) return unmarkMarked(value as Marked)
  return unmarkEntries(Object.entries(value))
}

function unmarkEntries(entries: [string, unknown][]): object {
  return Object.fromEntries(
    entries.map(([key, item]) => {
      if (key === '__proto__') throw new TypeError("A stored object has a key named '__proto__'")
      return [key, unmark(item)]
    }),
  )
}

function unmarkMarked({ $: type, v }: Marked): unknown {
  if (type === 'Undefined') return undefined
  if (type === 'Date') return new Date(v === null ? Number.NaN : Number(v))
  if (typeof v === 'string') return unmarkText(type, v)
  if (!Array.isArray(v)) throw new TypeError(`A stored value is marked '${type}' and is not one`)
  if (type === 'Set') return new Set(v.map(unmark))
  if (type === 'Map') return new Map(unmark(v) as [unknown, unknown][])
  if (type === 'Object') return unmarkEntries(v as [string, unknown][])
  throw new TypeError(`A stored value has the unknown mark '${type}'`)
}

function unmarkText(type: string, text: string): unknown {
  if (type === 'BigInt') return BigInt(text)
  if (type === 'Number') return Number(text)
  const View = Object.entries(arrays).find(([name]) => name === type)?.[1]
  if (!View) throw new TypeError(`A stored value has the unknown mark '${type}'`)
  return new View(new Uint8Array(Buffer.from(text, 'base64')).buffer)
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
