import { endReasons, type Row, type Tombstone } from '@sojourn/core/store'

/**
 * The first byte of the string at the key of a session. A future layout takes another letter.
 *
 * | bytes | `r` row, `s` row without an index | `t` tombstone                   |
 * |-------|-----------------------------------|---------------------------------|
 * | 0     | kind                              | kind                            |
 * | 1–8   | `touchedAt`, double, big-endian   | `at`, double, big-endian        |
 * | 9–16  | `expiresAt`, double, big-endian   | from 9 to the end: the reason   |
 * | 17    | the number of version tags        |                                 |
 * | …     | each version tag, see `encodeTag` |                                 |
 * | …     | the value of the row              |                                 |
 *
 * The scripts read these offsets too: see scripts.ts.
 * @see docs/reference/redis-layout.md, which shows every byte of one stored session.
 */
export const kindBytes = { listed: 'r', solitary: 's', tombstone: 't' } as const

const timesLength = 16
const maxTagLength = 127
/** Added to the length of a tag that is stored as the bytes its base64url stands for. */
const packedFlag = 128

/** Encodes a row except its first byte. The script adds that byte: a row keeps the kind that it was inserted with. */
export function encodeRow({ version, priorVersions, value, ...times }: Row): Buffer {
  const tags = [version, ...priorVersions].map(encodeTag)
  return Buffer.concat([encodeTimes(times), Buffer.of(tags.length), ...tags, value])
}

/**
 * Encodes a version tag behind its length byte. A tag that is canonical base64url, as all of Sojourn's are, is stored
 * as the bytes it stands for, and 128 is added to the length.
 * @throws RangeError if the tag takes more than 127 bytes.
 */
export function encodeTag(tag: string): Buffer {
  const decoded = Buffer.from(tag, 'base64url')
  const isPacked = decoded.length > 0 && decoded.toString('base64url') === tag
  const bytes = isPacked ? decoded : Buffer.from(tag)
  if (bytes.length > maxTagLength)
    throw new RangeError(`A version is at most ${maxTagLength} bytes long`)
  return Buffer.concat([Buffer.of(bytes.length + (isPacked ? packedFlag : 0)), bytes])
}

/** Encodes the two times of a row, epoch ms: 16 bytes. */
export function encodeTimes({
  touchedAt,
  expiresAt,
}: Pick<Row, 'touchedAt' | 'expiresAt'>): Buffer {
  const times = Buffer.allocUnsafe(timesLength)
  times.writeDoubleBE(touchedAt, 0)
  times.writeDoubleBE(expiresAt, 8)
  return times
}

/** Encodes a tombstone, its first byte included. */
export function encodeTombstone({ ended, at }: Tombstone): Buffer {
  const prefix = Buffer.allocUnsafe(9)
  prefix.write(kindBytes.tombstone, 0)
  prefix.writeDoubleBE(at, 1)
  return Buffer.concat([prefix, Buffer.from(ended)])
}

/** Decodes the string at the key of a session. Returns `undefined` if Sojourn did not write it. */
export function decodeStored(bytes: Buffer): Row | Tombstone | undefined {
  const kind = bytes.toString('latin1', 0, 1)
  try {
    if (kind === kindBytes.tombstone) return decodeTombstone(bytes)
    if (kind === kindBytes.listed || kind === kindBytes.solitary) return decodeRow(bytes)
  } catch {
    // A read past the end: the bytes are truncated.
  }
  return undefined
}

function decodeRow(bytes: Buffer): Row {
  let at = 1 + timesLength
  const tags = Array.from({ length: bytes.readUInt8(at++) }, () => {
    const length = bytes.readUInt8(at)
    const end = at + 1 + (length % packedFlag)
    const tag = bytes.toString(length < packedFlag ? 'utf8' : 'base64url', at + 1, end)
    at = end
    return tag
  })
  const [version, ...priorVersions] = tags
  if (version === undefined || at > bytes.length) throw new RangeError('The row is cut off')
  return {
    version,
    priorVersions,
    touchedAt: bytes.readDoubleBE(1),
    expiresAt: bytes.readDoubleBE(9),
    value: new Uint8Array(bytes.buffer, bytes.byteOffset + at, bytes.length - at),
  }
}

function decodeTombstone(bytes: Buffer): Tombstone | undefined {
  const ended = endReasons.find((reason) => reason === bytes.toString('utf8', 9))
  return ended && { ended, at: bytes.readDoubleBE(1) }
}
