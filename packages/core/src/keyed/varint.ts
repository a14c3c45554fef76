/*
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

/** Writes numbers and texts, one after another. */
export class Writer {
  #bytes = Buffer.allocUnsafe(256)
  #length = 0

  number(value: number, base = 0): void {
    const distance = value - base
    this.#reserve(9) // more than any varint or double takes
    if (distance >= 0 && Number.isSafeInteger(distance) && Object.is(base + distance, value)) {
      this.#varint(distance + 1)
      return
    }
    this.#bytes[this.#length] = 0
    this.#length = this.#bytes.writeDoubleBE(value, this.#length + 1)
  }

  text(value: string): void {
    if (isBase64url(value)) this.#text(value, 0, Math.floor((value.length * 3) / 4))
    else if (value.isWellFormed()) this.#text(value, 1, Buffer.byteLength(value))
    else this.#text(value, 2, value.length * 2)
  }

  byte(value: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = value
  }

  /** Writes bytes as they are, without their length. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Returns a copy of everything written so far. */
  bytes(): Buffer {
    const copy = Buffer.allocUnsafe(this.#length)
    this.#bytes.copy(copy, 0, 0, this.#length)
    return copy
  }

  /** Begins anew, in the same memory. */
  clear(): void {
    this.#length = 0
  }

  #varint(value: number): void {
    let rest = value
    for (; rest >= 128; rest = Math.floor(rest / 128))
      this.#bytes[this.#length++] = (rest % 128) + 128
    this.#bytes[this.#length++] = rest
  }

  #text(value: string, encoding: 0 | 1 | 2, length: number): void {
    this.#reserve(9 + length)
    this.#varint(length * encodings.length + encoding)
    this.#length += this.#bytes.write(value, this.#length, encodings[encoding])
  }

  #reserve(length: number): void {
    const needed = this.#length + length
    if (needed <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}

/** Reads what a `Writer` wrote, in the same order. Throws a `RangeError` where the bytes end too early. */
export class Reader {
  readonly #bytes: Buffer
  #offset: number

  constructor(bytes: Buffer, offset = 0) {
    this.#bytes = bytes
    this.#offset = offset
  }

  number(base = 0): number {
    const value = this.#varint()
    return value === 0 ? this.#bytes.readDoubleBE(this.#skip(8)) : base + value - 1
  }

  text(): string {
    const prefix = this.#varint()
    const start = this.#skip(Math.floor(prefix / encodings.length))
    return this.#bytes.toString(encodings[prefix % encodings.length], start, this.#offset)
  }

  /** Returns the bytes that have not been read. */
  rest(): Buffer {
    return this.#bytes.subarray(this.#offset)
  }

  #varint(): number {
    const first = this.#bytes[this.#skip(1)] ?? 0
    if (first < 128) return first
    let value = first - 128
    for (let unit = 128; unit <= 2 ** 49; unit *= 128) {
      const group = this.#bytes[this.#skip(1)] ?? 0
      value += (group % 128) * unit
      if (group < 128) return value
    }
    throw new RangeError('A number is longer than any that is written')
  }

  /** Passes over bytes that are to be read, and returns where they begin. */
  #skip(length: number): number {
    const start = this.#offset
    if (start + length > this.#bytes.length) throw new RangeError('The bytes end too early')
    this.#offset += length
    return start
  }
}

/** The index of an encoding is stored. A text is written in the first that can encode it. */
const encodings = ['base64url', 'utf8', 'utf16le'] as const

/** Returns true if a text is the one spelling of the bytes that it encodes: no rest, and no spare bit that is set. */
function isBase64url(text: string): boolean {
  return base64urlPattern.test(text)
}

const base64urlPattern = /^(?=.)(?:[\w-]{4})*(?:[\w-][AQgw]|[\w-]{2}[AEIMQUYcgkosw048])?$/
