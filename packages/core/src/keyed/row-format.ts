import type { Codec } from '../data/codec.ts'
import { decodeData } from '../data/decode.ts'
import type { SessionId, SessionRecord } from '../record/record.ts'
import type { Row } from '../store/backend.ts'
import { decodeRecord, writeRecord } from './record-format.ts'
import { Writer } from './varint.ts'

/**
 * The layout of `Row.value`:
 *
 * | bytes | field              | content                                                       |
 * |-------|--------------------|---------------------------------------------------------------|
 * | 1     | format             | 1                                                             |
 * | 1     | codec name length  | n                                                             |
 * | n     | codec name         | UTF-8; the codec that encoded the data                        |
 * | –     | record             | record-format.ts; the same under every codec, of known length |
 * | rest  | data               | `session.data`, encoded by that codec                         |
 *
 * The id is not part of it: it is the key of the row.
 */
const format = 1

/** All values are made in its memory, one after another. */
const writer = new Writer()

/** Returns the value of a row. `codec` is the one that encoded `data`. */
export function encodeValue(record: SessionRecord, data: Uint8Array, codec: Codec): Uint8Array {
  const name = Buffer.from(codec.name)
  writer.clear()
  writer.byte(format)
  writer.byte(name.length)
  writer.raw(name)
  writeRecord(writer, record)
  writer.raw(data)
  return writer.bytes()
}

/**
 * Returns the record and the encoded data in the value of a row. Data of another codec than the first is converted to
 * the first.
 * @throws If the format is unknown, its codec is not in `codecs`, or the bytes are damaged.
 */
export function decodeValue(
  id: SessionId,
  value: Uint8Array,
  codecs: readonly [Codec, ...Codec[]],
): { record: SessionRecord; data: Uint8Array } {
  const [writing] = codecs
  const { record, data, codec } = splitValue(id, value, codecs)
  return { record, data: codec === writing ? data : writing.encode(decodeData(codec, data)) }
}

/**
 * Returns the record in the value of a row, and the data as it is, with the codec that encoded it.
 * @throws If the format is unknown, its codec is not in `codecs`, or the record is damaged.
 */
export function splitValue(
  id: SessionId,
  value: Uint8Array,
  codecs: readonly [Codec, ...Codec[]],
): { record: SessionRecord; data: Uint8Array; codec: Codec } {
  const bytes = Buffer.isBuffer(value)
    ? value
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (bytes[0] !== format) throw new TypeError('The value has an unknown format')
  const nameEnd = 2 + (bytes[1] ?? 0)
  const name = bytes.toString('utf8', 2, nameEnd)
  const [writing] = codecs
  const codec = name === writing.name ? writing : codecs.find((each) => each.name === name)
  if (!codec) throw new TypeError('The value was written by a codec that is not configured')
  const { record, rest: data } = decodeRecord(id, bytes, nameEnd)
  return { record, data, codec }
}

/** Returns true if an object that a backend returned has all fields of a row (clause 4). */
export function isRow(row: Partial<Record<keyof Row, unknown>>): boolean {
  return (
    typeof row.version === 'string' &&
    Array.isArray(row.priorVersions) &&
    Number.isFinite(row.touchedAt) &&
    Number.isFinite(row.expiresAt) &&
    row.value instanceof Uint8Array
  )
}
