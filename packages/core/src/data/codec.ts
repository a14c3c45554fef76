import type { Format } from './format.ts'
import { needsNoTags, tagValue } from './tag-values.ts'
import { untagValue } from './untag-values.ts'

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
 * A codec over a format: what the format has no words for is written as `{ "$": type, "v": … }`. An object that has a key
 * `$` of its own is written as a list of entries, so nothing is mistaken for such a mark. All codecs that are made by
 * this keep the same and refuse the same.
 */
export function createCodec(format: Format): Codec {
  return {
    name: format.name,
    encode: (value) => format.write(needsNoTags(value, format) ? value : tagValue(value, format)),
    decode(bytes) {
      const value = format.read(bytes)
      return needsNoTags(value, format) ? value : untagValue(value)
    },
  }
}

/** JSON, what it has no words for marked as `createCodec` says. */
export const jsonCodec: Codec = createCodec({
  name: 'json',
  write: (value) => Buffer.from(JSON.stringify(value)),
  read: (bytes) => JSON.parse(decoder.decode(bytes)) as unknown,
})

const decoder = new TextDecoder('utf-8', { fatal: true })
