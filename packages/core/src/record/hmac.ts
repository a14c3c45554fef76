import crypto, { createHash, createHmac, type KeyObject } from 'node:crypto'

/**
 * SHA-256 and HMAC-SHA256 of short inputs, by the one-shot `crypto.hash`: a `Hash` or `Hmac` object costs two to four times
 * as much, most of it for making the object. Node 20.12 and later have `crypto.hash`; without it these are the objects.
 */
const canHashAtOnce = typeof crypto.hash === 'function'

/** The block of SHA-256 and its digest, in bytes. */
const blockBytes = 64
const digestBytes = 32
/** Longer messages go through an `Hmac` object, which does not copy them. */
const maxMessageBytes = 4096

/** A key as HMAC uses it: the first block of each of its two hashes. */
interface Pads {
  readonly inner: Buffer
  /** Has room for the inner digest behind the block. */
  readonly outer: Buffer
}

const padsOfKeys = new WeakMap<KeyObject, Pads>()
/** The inner block and the message of the HMAC that is being made. */
const scratch = Buffer.allocUnsafeSlow(blockBytes + maxMessageBytes)

/** Returns the SHA-256 of bytes, as base64url. */
export function sha256(bytes: Uint8Array): string {
  if (canHashAtOnce) return crypto.hash('sha256', bytes, 'base64url')
  return createHash('sha256').update(bytes).digest('base64url')
}

/**
 * Returns the HMAC-SHA256 of the parts of a message, one after another; texts count as UTF-8. The blocks of a `KeyObject`
 * are made once, those of bytes, for a key that is used once, each time.
 * @see RFC 2104
 */
export function hmac(
  key: KeyObject | Uint8Array,
  ...parts: readonly (string | Uint8Array)[]
): Buffer {
  if (!canHashAtOnce || !isShort(parts)) return hmacByObject(key, parts)
  const { inner, outer } = padsOf(key)
  scratch.set(inner)
  let end = blockBytes
  for (const part of parts)
    if (typeof part === 'string') end += scratch.write(part, end)
    else {
      scratch.set(part, end)
      end += part.length
    }
  // A text of one character per byte: cheaper than a buffer, which is an object with memory of its own.
  outer.write(crypto.hash('sha256', scratch.subarray(0, end), 'binary'), blockBytes, 'latin1')
  return Buffer.from(crypto.hash('sha256', outer, 'binary'), 'latin1')
}

function hmacByObject(
  key: KeyObject | Uint8Array,
  parts: readonly (string | Uint8Array)[],
): Buffer {
  const mac = createHmac('sha256', key)
  for (const part of parts) mac.update(part)
  return mac.digest()
}

/** A character of a text takes at most three bytes. */
function isShort(parts: readonly (string | Uint8Array)[]): boolean {
  let bytes = 0
  for (const part of parts) bytes += typeof part === 'string' ? part.length * 3 : part.length
  return bytes <= maxMessageBytes
}

function padsOf(key: KeyObject | Uint8Array): Pads {
  if (key instanceof Uint8Array) return createPads(key)
  const known = padsOfKeys.get(key)
  if (known) return known
  const pads = createPads(key.export())
  padsOfKeys.set(key, pads)
  return pads
}

function createPads(key: Uint8Array): Pads {
  const inner = Buffer.alloc(blockBytes, 0x36)
  const outer = Buffer.alloc(blockBytes + digestBytes, 0x5c)
  const block = key.length > blockBytes ? Buffer.from(sha256(key), 'base64url') : key
  for (const [index, byte] of block.entries()) {
    inner[index] = byte ^ 0x36
    outer[index] = byte ^ 0x5c
  }
  return { inner, outer }
}
