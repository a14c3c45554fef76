/**
 * Writes what JSON keeps, and bytes, as MessagePack: every value in its shortest form, numbers that are no 32-bit integer
 * as 64-bit floats. A value of any other kind is not written as such: the tags of `createCodec` come before.
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function writeMsgpack(value: unknown): Buffer {
  position = 0
  writeValue(value)
  const written = Buffer.allocUnsafe(position)
  buffer.copy(written, 0, 0, position)
  // A large session must not occupy its memory for ever.
  if (buffer.length > maxKept) buffer = Buffer.allocUnsafeSlow(initialSize)
  return written
}

const initialSize = 8_192
const maxKept = 1_048_576

/** Where the value is written before its length is known. It is shared, because nothing here waits. */
let buffer = Buffer.allocUnsafeSlow(initialSize)
let position = 0

/** Makes room for `size` more bytes. */
function reserve(size: number): void {
  if (position + size <= buffer.length) return
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, position + size))
  buffer.copy(larger, 0, 0, position)
  buffer = larger
}

function writeValue(value: unknown): void {
  if (typeof value === 'string') writeText(value)
  else if (typeof value === 'number') writeNumber(value)
  else if (typeof value === 'boolean') writeByte(value ? 0xc3 : 0xc2)
  else if (typeof value !== 'object' || value === null) writeByte(0xc0)
  else if (Array.isArray(value)) writeArray(value)
  else if (value instanceof Uint8Array) writeBytes(value)
  else writeObject(value)
}

function writeByte(byte: number): void {
  reserve(1)
  buffer[position++] = byte
}

function writeNumber(value: number): void {
  reserve(9)
  if (value >>> 0 === value) writeUnsigned(value)
  else if (value >> 0 === value) writeNegative(value)
  else {
    buffer[position] = 0xcb
    position = buffer.writeDoubleBE(value, position + 1)
  }
}

function writeUnsigned(value: number): void {
  if (value < 0x80) buffer[position++] = value
  else writeHead(value, 0xcc)
}

function writeNegative(value: number): void {
  if (value >= -0x20) buffer[position++] = value
  else if (value >= -0x80) {
    buffer[position++] = 0xd0
    buffer[position++] = value
  } else if (value >= -0x8000) {
    buffer[position] = 0xd1
    position = buffer.writeInt16BE(value, position + 1)
  } else {
    buffer[position] = 0xd2
    position = buffer.writeInt32BE(value, position + 1)
  }
}

/** Writes an unsigned number in 1, 2 or 4 bytes, after the code of its width: `code`, or one or two more. */
function writeHead(value: number, code: number): void {
  if (value < 0x100) {
    buffer[position++] = code
    buffer[position++] = value
  } else if (value < 0x10000) {
    buffer[position++] = code + 1
    buffer[position++] = value >> 8
    buffer[position++] = value
  } else {
    buffer[position] = code + 2
    position = buffer.writeUInt32BE(value, position + 1)
  }
}

function writeText(text: string): void {
  if (text.length < 0x20 && writeShortAscii(text)) return
  const size = Buffer.byteLength(text)
  reserve(size + 5)
  if (size < 0x20) buffer[position++] = 0xa0 | size
  else writeHead(size, 0xd9)
  position += buffer.write(text, position, size, 'utf8')
}

/** Writes a text of fewer than 32 characters and returns true, unless one of them is not ASCII. */
function writeShortAscii(text: string): boolean {
  reserve(text.length + 1)
  const start = position
  buffer[position++] = 0xa0 | text.length
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code > 0x7f) {
      position = start
      return false
    }
    buffer[position++] = code
  }
  return true
}

function writeBytes(bytes: Uint8Array): void {
  reserve(bytes.length + 5)
  writeHead(bytes.length, 0xc4)
  buffer.set(bytes, position)
  position += bytes.length
}

function writeArray(items: readonly unknown[]): void {
  reserve(5)
  writeCount(items.length, { short: 0x90, code: 0xdc })
  for (const item of items) writeValue(item)
}

function writeObject(object: object): void {
  const keys = Object.keys(object)
  reserve(5)
  writeCount(keys.length, { short: 0x80, code: 0xde })
  for (const key of keys) {
    writeText(key)
    writeValue(Reflect.get(object, key))
  }
}

/** Writes how many items follow: in one byte up to 15, otherwise in 2 or 4 after a code. */
function writeCount(count: number, { short, code }: { short: number; code: number }): void {
  if (count < 16) buffer[position++] = short | count
  else if (count < 0x10000) {
    buffer[position] = code
    position = buffer.writeUInt16BE(count, position + 1)
  } else {
    buffer[position] = code + 1
    position = buffer.writeUInt32BE(count, position + 1)
  }
}
