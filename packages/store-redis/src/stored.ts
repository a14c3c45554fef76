import { endReasons, type Row, type Tombstone } from '@sojourn/core/store'

/**
 * What stands at the key of a session. The first byte tells which; another layout takes another letter.
 *
 * | bytes | `r` row, `s` row that is in no index | `t` tombstone |
 * |-------|--------------------------------------|---------------|
 * | 0     | kind                                 | kind          |
 * | 1–8   | `touchedAt`, double, big-endian      | `at`          |
 * | 9–16  | `expiresAt`, the same                | the reason    |
 * | 17    | how many versions                    |               |
 * | …     | each version, see `encodeTag`        |               |
 * | …     | the value of the row                 |               |
 *
 * The scripts read this too: see scripts.ts.
 */
export const kinds = { listed: 'r', solitary: 's', tombstone: 't' } as const

const timesLength = 16
const longestTag = 127
const packed = 128

/** A row without its first byte, which the script adds: a row stays what it was inserted as. */
export function encodeRow({ version, priorVersions, value, ...times }: Row): Buffer {
  const tags = [version, ...priorVersions].map(encodeTag)
  return Buffer.concat([encodeTimes(times), Buffer.of(tags.length), ...tags, value])
}

/** A version behind its length. One that is base64url, as every one of Sojourn's, is kept as what it spells; 128 more says so. */
export function encodeTag(tag: string): Buffer {
  const spelt = Buffer.from(tag, 'base64url')
  const isPacked = spelt.length > 0 && spelt.toString('base64url') === tag
  const bytes = isPacked ? spelt : Buffer.from(tag)
  if (bytes.length > longestTag)
    throw new RangeError(`A version is at most ${longestTag} bytes long`)
  return Buffer.concat([Buffer.of(bytes.length + (isPacked ? packed : 0)), bytes])
}

/** The two times of a row. */
export function encodeTimes({
  touchedAt,
  expiresAt,
}: Pick<Row, 'touchedAt' | 'expiresAt'>): Buffer {
  const times = Buffer.allocUnsafe(timesLength)
  times.writeDoubleBE(touchedAt, 0)
  times.writeDoubleBE(expiresAt, 8)
  return times
}

export function encodeTombstone({ ended, at }: Tombstone): Buffer {
  const head = Buffer.allocUnsafe(9)
  head.write(kinds.tombstone, 0)
  head.writeDoubleBE(at, 1)
  return Buffer.concat([head, Buffer.from(ended)])
}

/** What the bytes are; `undefined` where Sojourn did not write them. */
export function decodeStored(bytes: Buffer): Row | Tombstone | undefined {
  const kind = bytes.toString('latin1', 0, 1)
  try {
    if (kind === kinds.tombstone) return decodeTombstone(bytes)
    if (kind === kinds.listed || kind === kinds.solitary) return decodeRow(bytes)
  } catch {
    // Cut off: a read past the end.
  }
  return undefined
}

function decodeRow(bytes: Buffer): Row {
  let at = 1 + timesLength
  const tags = Array.from({ length: bytes.readUInt8(at++) }, () => {
    const head = bytes.readUInt8(at)
    const end = at + 1 + (head % packed)
    const tag = bytes.toString(head < packed ? 'utf8' : 'base64url', at + 1, end)
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
