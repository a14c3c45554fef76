/**
 * Encodes numbers and texts in few bytes, one after another:
 *
 * | value  | bytes                                                                                            |
 * |--------|--------------------------------------------------------------------------------------------------|
 * | varint | an integer from 0 in groups of seven bits, lowest first; a set eighth bit: another follows        |
 * | number | the varint `value − base + 1`; or, if that is below 1 or not a safe integer, 0 and a double      |
 * | text   | the varint `byte length × 3 + encoding`, then the bytes                                          |
 *
 * The varint is LEB128, the double 8 bytes, big-endian. The encodings of texts are 0 base64url, 1 UTF-8, 2 UTF-16LE.
 * A hash, a salt or a tag is base64url and is stored as the bytes that it encodes. UTF-16LE is for texts that UTF-8
 * cannot represent, with half a surrogate pair. Every value that is written is read back unchanged.
 */
export interface Writer {
  number(value: number, base?: number): void
  text(value: string): void
  /** Returns everything written so far. */
  bytes(): Buffer
}

/** Reads what a `Writer` wrote, in the same order. Throws a `RangeError` where the bytes end too early. */
export interface Reader {
  number(base?: number): number
  text(): string
  /** Returns how many bytes have been read. */
  offset(): number
}

/** Returns an empty writer. */
export function createWriter(): Writer {
  const chunks: Uint8Array[] = []
  const varint = (value: number) => void chunks.push(encodeVarint(value))
  return {
    number(value, base = 0) {
      const distance = value - base
      if (distance >= 0 && Number.isSafeInteger(distance) && Object.is(base + distance, value))
        return varint(distance + 1)
      const double = Buffer.allocUnsafe(8)
      double.writeDoubleBE(value)
      chunks.push(Uint8Array.of(0), double)
    },
    text(value) {
      const encoding = encodings.find(({ canEncode }) => canEncode(value)) ?? utf16
      const bytes = Buffer.from(value, encoding.name)
      varint(bytes.length * encodings.length + encodings.indexOf(encoding))
      chunks.push(bytes)
    },
    bytes: () => Buffer.concat(chunks),
  }
}

/** Returns a reader at the first of the bytes. */
export function createReader(bytes: Buffer): Reader {
  let offset = 0

  function take(length: number): Buffer {
    const end = offset + length
    if (end > bytes.length) throw tooShort()
    const taken = bytes.subarray(offset, end)
    offset = end
    return taken
  }

  function varint(): number {
    let value = 0
    for (let unit = 1; unit <= 2 ** 49; unit *= 128) {
      const group = bytes[offset++]
      if (group === undefined) throw tooShort()
      value += (group % 128) * unit
      if (group < 128) return value
    }
    throw new RangeError('A number is longer than any that is written')
  }

  return {
    number(base = 0) {
      const value = varint()
      return value === 0 ? take(8).readDoubleBE() : base + value - 1
    },
    text() {
      const prefix = varint()
      const { name } = encodings[prefix % encodings.length] ?? utf16
      return take(Math.floor(prefix / encodings.length)).toString(name)
    },
    offset: () => offset,
  }
}

function tooShort(): RangeError {
  return new RangeError('The bytes end too early')
}

interface TextEncoding {
  readonly name: BufferEncoding
  /** Returns true if the text is the same after encoding and decoding. */
  canEncode(text: string): boolean
}

const base64url: TextEncoding = {
  name: 'base64url',
  canEncode: (text) =>
    /^[\w-]{2,}$/.test(text) && Buffer.from(text, 'base64url').toString('base64url') === text,
}
const utf8: TextEncoding = { name: 'utf8', canEncode: (text) => text.isWellFormed() }
const utf16: TextEncoding = { name: 'utf16le', canEncode: () => true }

/** The index of an encoding is stored. A text is written in the first that can encode it. */
const encodings = [base64url, utf8, utf16]

function encodeVarint(value: number): Buffer {
  const groups: number[] = []
  let rest = value
  for (; rest >= 128; rest = Math.floor(rest / 128)) groups.push((rest % 128) + 128)
  return Buffer.of(...groups, rest)
}
