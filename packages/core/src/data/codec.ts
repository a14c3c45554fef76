import type { Format } from './format.ts'
import { needsNoTags, tagValue } from './tag-values.ts'
import { untagValue } from './untag-values.ts'

/**
 * Converts data to bytes and back. Every codec keeps plain objects, arrays, strings, numbers (with NaN, infinities and
 * −0), booleans, null, undefined, Date, Map, Set, BigInt and typed arrays, and refuses everything else with its path.
 *
 * `encode(decode(bytes))` must equal `bytes` for all bytes that `encode` returned. A session compares them to find out
 * whether it was changed.
 */
export interface Codec {
  /**
   * The name of the format, at most 32 characters. It is stored with the data, which so stays readable when another
   * codec is configured.
   */
  readonly name: string
  /** @throws SessionUsageError `ERR_SESSION_NOT_ENCODABLE`, naming the path of the value that cannot be kept. */
  encode(value: unknown): Uint8Array
  /** Throws on bytes that `encode` did not return. The session then counts as corrupt. */
  decode(bytes: Uint8Array): unknown
}

/**
 * Returns a codec for a format that keeps what JSON keeps. Values that the format cannot represent are tagged, as
 * tag-values.ts describes, so all codecs made by this function keep the same values and refuse the same.
 *
 * @example
 * ```ts
 * import { decode, encode } from '@msgpack/msgpack'
 *
 * const msgpackCodec = createCodec({
 *   name: 'msgpack',
 *   keepsBytes: true,
 *   keepsText: (text) => text.isWellFormed(),
 *   write: (value) => encode(value, { maxDepth: 1_000 }),
 *   read: (bytes) => decode(bytes),
 * })
 * ```
 */
export function createCodec(format: Format): Codec {
  return {
    name: format.name,
    encode: (value) => format.write(needsNoTags(value, format) ? value : tagValue(value, format)),
    decode(bytes) {
      const value = format.read(bytes)
      return format.holdsNoTags?.(bytes) || needsNoTags(value, format) ? value : untagValue(value)
    },
  }
}

/** JSON in UTF-8, with tags for what JSON cannot represent. The default codec. */
export const jsonCodec: Codec = createCodec({
  name: 'json',
  write: (value) => Buffer.from(JSON.stringify(value)),
  read: (bytes) => JSON.parse(decoder.decode(bytes)) as unknown,
  holdsNoTags(bytes) {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    return !telltales.some(({ byte, part }) => text.includes(byte) && text.includes(part))
  },
})

/**
 * What a key `$` or `__proto__` looks like in JSON, and an escape, which may be a part of one; each with a byte of it that
 * is rare. Looking for that byte first costs a quarter.
 */
const telltales = [
  ['$', '"$"'],
  ['_', '__proto__'],
  ['\\', '\\u'],
].map(([rare = '', part = '']) => ({ byte: rare.charCodeAt(0), part: Buffer.from(part) }))

const decoder = new TextDecoder('utf-8', { fatal: true })
