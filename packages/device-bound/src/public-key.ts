import type { DeviceAlgorithm, DeviceBinding } from '@sojourn/core'
import type { JWK } from 'jose'

/** A public key, with the algorithm that it is for. */
export type DeviceKey = Pick<DeviceBinding, 'key' | 'algorithm'>

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const p256Bytes = 32
const rsaBytes = { least: 256, most: 512 }

/**
 * Returns the public key of a JWK for an algorithm, as the text that a record keeps: only the members that make the key, in one
 * order. Returns `undefined` for anything but P-256 (ES256) and RSA of 2048 to 4096 bits with the exponent 65537 (RS256), and
 * for a key with private members, which no browser sends. Other members are ignored (RFC 7517, section 4).
 */
export function publicKeyOf(jwk: unknown, algorithm: DeviceAlgorithm): DeviceKey | undefined {
  if (typeof jwk !== 'object' || jwk === null) return undefined
  const members: Readonly<Record<string, unknown>> = { ...jwk }
  if (privateMembers.some((name) => Object.hasOwn(members, name))) return undefined
  const key = algorithm === 'ES256' ? ecKeyOf(members) : rsaKeyOf(members)
  return key && { key: JSON.stringify(key), algorithm }
}

function ecKeyOf({ kty, crv, x, y }: Readonly<Record<string, unknown>>): JWK | undefined {
  if (kty !== 'EC' || crv !== 'P-256') return undefined
  if (lengthOf(x) !== p256Bytes || lengthOf(y) !== p256Bytes) return undefined
  return { kty, crv, x: String(x), y: String(y) }
}

function rsaKeyOf({ kty, n, e }: Readonly<Record<string, unknown>>): JWK | undefined {
  if (kty !== 'RSA' || e !== 'AQAB') return undefined
  const length = lengthOf(n)
  if (length < rsaBytes.least || length > rsaBytes.most) return undefined
  // The first bit is set, or a modulus of fewer bits would pass as one of 2048.
  const isFull = Buffer.from(String(n), 'base64url').readUInt8() >= 0x80
  return isFull ? { kty, n: String(n), e } : undefined
}

/** Returns how many bytes a text is base64url of; 0 if it is not, or if its bytes have another encoding too. */
function lengthOf(text: unknown): number {
  if (typeof text !== 'string') return 0
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes.length : 0
}
