import type { Codec } from '../data/codec.ts'
import type { SessionId, SessionRecord } from '../record/record.ts'
import type { Row } from '../store/backend.ts'
import { decodeRecord, encodeRecord } from './record-format.ts'

/**
 * What stands in the value of a row:
 *
 * | 1 byte | 1 byte         | n          | n      | the rest |
 * | format | length of name | codec name | record | data     |
 *
 * The codec is that of the data; the record is written alike under every codec (record-bytes.ts) and says itself where it
 * ends. The id is not in it: the row's key is the id.
 */
const format = 1

/** The value of a row. */
export function encodeValue(record: SessionRecord, data: Uint8Array, codec: Codec): Uint8Array {
  const name = Buffer.from(codec.name)
  return Buffer.concat([Buffer.of(format, name.length), name, encodeRecord(record), data])
}

/**
 * The record and the encoded data of a row, whichever of the `codecs` wrote it; data of another codec than the first
 * is written anew by the first. Throws on a value that it cannot read.
 */
export function decodeValue(
  id: SessionId,
  value: Uint8Array,
  codecs: readonly [Codec, ...Codec[]],
): { record: SessionRecord; data: Uint8Array } {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (bytes[0] !== format) throw new TypeError('The value has an unknown format')
  const nameEnd = 2 + (bytes[1] ?? 0)
  const codec = codecs.find(({ name }) => name === bytes.toString('utf8', 2, nameEnd))
  if (!codec) throw new TypeError('The value was written by a codec that is not configured')
  const { record, rest: data } = decodeRecord(id, bytes.subarray(nameEnd))
  const [writer] = codecs
  return { record, data: codec === writer ? data : writer.encode(codec.decode(data)) }
}

/** Whether what a backend handed back is a row at all (clause 4). */
export function isRow(row: Partial<Record<keyof Row, unknown>>): boolean {
  return (
    typeof row.version === 'string' &&
    Array.isArray(row.priorVersions) &&
    Number.isFinite(row.touchedAt) &&
    Number.isFinite(row.expiresAt) &&
    row.value instanceof Uint8Array
  )
}
