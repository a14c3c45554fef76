/**
 * Reads MessagePack as `writeMsgpack` writes it. Throws on anything else: other types, a key `__proto__`, bytes that are
 * missing or left over. No message holds anything of the data.
 */
export function readMsgpack(bytes: Uint8Array): unknown {
  const reader = new Reader(bytes)
  const value = reader.value()
  reader.end()
  return value
}

/** Texts up to this length are read character by character, which is faster than a call of Node. */
const shortText = 24

class Reader {
  readonly #bytes: Buffer
  #position = 0

  constructor(bytes: Uint8Array) {
    const { buffer, byteOffset, byteLength } = bytes
    this.#bytes = Buffer.isBuffer(bytes) ? bytes : Buffer.from(buffer, byteOffset, byteLength)
  }

  value(): unknown {
    const code = this.#number(1)
    if (code < 0x80) return code
    if (code < 0x90) return this.#object(code & 0x0f)
    if (code < 0xa0) return this.#array(code & 0x0f)
    if (code < 0xc0) return this.#text(code & 0x1f)
    if (code >= 0xe0) return code - 0x100
    return this.#coded(code)
  }

  end(): void {
    if (this.#position !== this.#bytes.length)
      throw new RangeError('Bytes are left over after a MessagePack value')
  }

  #coded(code: number): unknown {
    switch (code) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#number(1 << (code - 0xc4)))
      case 0xcb:
        return this.#take(8).readDoubleBE()
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#number(1 << (code - 0xcc))
      case 0xd0:
      case 0xd1:
      case 0xd2: {
        const size = 1 << (code - 0xd0)
        return this.#take(size).readIntBE(0, size)
      }
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#text(this.#number(1 << (code - 0xd9)))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#number(code === 0xdc ? 2 : 4))
      case 0xde:
      case 0xdf:
        return this.#object(this.#number(code === 0xde ? 2 : 4))
      default:
        throw new TypeError(`MessagePack of a type that is not used, 0x${code.toString(16)}`)
    }
  }

  /** Reads an unsigned number of 1, 2 or 4 bytes. */
  #number(size: number): number {
    const start = this.#skip(size)
    const bytes = this.#bytes
    if (size === 1) return bytes[start] ?? 0
    return size === 2 ? bytes.readUInt16BE(start) : bytes.readUInt32BE(start)
  }

  #take(size: number): Buffer {
    const start = this.#skip(size)
    return this.#bytes.subarray(start, start + size)
  }

  #text(size: number): string {
    const start = this.#skip(size)
    if (size <= shortText) {
      const text = this.#ascii(start, size)
      if (text !== undefined) return text
    }
    return decoder.decode(this.#bytes.subarray(start, start + size))
  }

  /** Returns `undefined` if a character is not ASCII. */
  #ascii(start: number, size: number): string | undefined {
    let text = ''
    for (let at = start; at < start + size; at++) {
      const code = this.#bytes[at] ?? 0
      if (code > 0x7f) return undefined
      text += String.fromCharCode(code)
    }
    return text
  }

  #array(count: number): unknown[] {
    this.#expect(count)
    const items: unknown[] = []
    for (let n = 0; n < count; n++) items.push(this.value())
    return items
  }

  #object(count: number): Record<string, unknown> {
    this.#expect(count * 2)
    const object: Record<string, unknown> = {}
    for (let n = 0; n < count; n++) {
      const key = this.value()
      if (typeof key !== 'string' || key === '__proto__')
        throw new TypeError('MessagePack with a key that no session has')
      object[key] = this.value()
    }
    return object
  }

  /** Returns where the next `size` bytes begin, and goes behind them. */
  #skip(size: number): number {
    this.#expect(size)
    const start = this.#position
    this.#position += size
    return start
  }

  /** A count that is too high must not cost more than the bytes there are. */
  #expect(size: number): void {
    if (size > this.#bytes.length - this.#position) throw new RangeError('MessagePack is cut off')
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
