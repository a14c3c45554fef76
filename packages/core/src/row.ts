import type { Row } from './backend.ts'
import type { Codec } from './codec.ts'
import type { SessionId, SessionRecord } from './record.ts'
import { fromTuple, toTuple } from './record-tuple.ts'

/**
 * What stands in the value of a row:
 *
 * | 1 byte | 1 byte         | n          | 4 bytes (big-endian) | n      | the rest |
 * | format | length of name | codec name | length of record     | record | data     |
 *
 * The record is a tuple, written by the same codec as the data. The id is not in it: the row's key is the id.
 */
const format = 1

/** The value of a row. */
export function encodeValue(record: SessionRecord, data: Uint8Array, codec: Codec): Uint8Array {
  const name = Buffer.from(codec.name)
  const head = codec.encode(toTuple(record))
  const value = Buffer.allocUnsafe(2 + name.length + 4 + head.length + data.length)
  value[0] = format
  value[1] = name.length
  name.copy(value, 2)
  value.writeUInt32BE(head.length, 2 + name.length)
  value.set(head, 6 + name.length)
  value.set(data, 6 + name.length + head.length)
  return value
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
  if (bytes.length < 6 || bytes[0] !== format)
    throw new TypeError('The value has an unknown format')
  const nameEnd = 2 + (bytes[1] ?? 0)
  const codec = codecs.find(({ name }) => name === bytes.toString('utf8', 2, nameEnd))
  if (!codec) throw new TypeError('The value was written by a codec that is not configured')
  const headEnd = nameEnd + 4 + bytes.readUInt32BE(nameEnd)
  if (headEnd > bytes.length) throw new RangeError('The value is cut off')
  const record = fromTuple(id, codec.decode(bytes.subarray(nameEnd + 4, headEnd)))
  const data = bytes.subarray(headEnd)
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
