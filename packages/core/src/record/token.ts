import { createHash, createHmac, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import type { SessionId } from './record.ts'

/**
 * A token is what the client carries: `group.handle.secret.signature`. Group and handle are the id, which is public;
 * the secret opens; the signature says that we made it, so that rubbish never reaches a store (P6).
 *
 * | part      | bytes | characters | what it is                                             |
 * | group     | 12    | 16         | random, or the same for all sessions of a user         |
 * | handle    | 16    | 22         | random (ASVS 7.2.3: 128 bits)                          |
 * | secret    | 24    | 32         | random; the record keeps only its SHA-256              |
 * | signature | 24    | 32         | HMAC-SHA256 over the rest, keyed for the cookie's name |
 *
 * The expression admits one spelling per token: fixed lengths, no padding, and a last character of the handle whose
 * four spare bits are zero; the other parts have no spare bits.
 */
const shape = /^([\w-]{16}\.[\w-]{21}[AQgw])\.([\w-]{32})\.([\w-]{32})$/
const idShape = /^[\w-]{16}\.[\w-]{21}[AQgw]$/
const secretBytes = 24
const signatureBytes = 24

/** A token whose signature holds. */
export interface GenuineToken {
  readonly id: SessionId
  readonly secret: string
  /** Which key signed it; 0 is the one that signs today. */
  readonly keyIndex: number
}

/** A new secret, to be handed out once and remembered only as its hash. */
export function mintSecret(): string {
  return randomBytes(secretBytes).toString('base64url')
}

/** A new id, in a group of its own or in the group of a user. */
export function mintId(group: string = randomBytes(12).toString('base64url')): SessionId {
  return `${group}.${randomBytes(16).toString('base64url')}`
}

/** A random tag for one version of a row: 64 bits, since it is only told apart from the few versions before it. */
export function mintVersion(): string {
  return randomBytes(8).toString('base64url')
}

/** The token for an id and a secret, signed with the first key. */
export function mintToken(id: SessionId, secret: string, keys: readonly KeyObject[]): string {
  return `${id}.${secret}.${signatureOf(`${id}.${secret}`, keys)}`
}

/** Whether a text has the shape of an id; nothing else needs to be looked for in a store. */
export function isId(text: unknown): text is SessionId {
  return typeof text === 'string' && idShape.test(text)
}

/** Takes a token apart, or says why it is refused. No I/O; all keys are tried, in constant time each. */
export function verifyToken(
  token: string,
  keys: readonly KeyObject[],
): GenuineToken | 'malformed' | 'forged' {
  const [, id, secret, signature] = shape.exec(token) ?? []
  if (id === undefined || secret === undefined || signature === undefined) return 'malformed'
  const keyIndex = signerOf(`${id}.${secret}`, signature, keys)
  return keyIndex === undefined ? 'forged' : { id, secret, keyIndex }
}

/** The signature of a text by the first key: 32 characters. */
export function signatureOf(text: string, keys: readonly KeyObject[]): string {
  const [key] = keys
  if (!key) throw new TypeError('A keyring holds at least one key')
  return sign(text, key).toString('base64url')
}

/** Which key made a signature of 32 characters; `undefined` where none did. All are tried, in constant time each. */
export function signerOf(
  text: string,
  signature: string,
  keys: readonly KeyObject[],
): number | undefined {
  const given = Buffer.from(signature, 'base64url')
  const matches = keys.map((key) => timingSafeEqual(sign(text, key), given))
  const keyIndex = matches.indexOf(true)
  return keyIndex < 0 ? undefined : keyIndex
}

/** A new salt, by which the next secret derives from the current one. */
export function mintSalt(): string {
  return randomBytes(16).toString('base64url')
}

/** The secret that follows another one: as long, and not to be found from the salt alone. */
export function deriveSecret(secret: string, salt: string): string {
  const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(salt, 'base64url')
  return mac.digest().subarray(0, secretBytes).toString('base64url')
}

/** What a record keeps of a secret. */
export function hashSecret(secret: string): string {
  return createHash('sha256').update(secret, 'base64url').digest('base64url')
}

/** Whether a secret is the one behind a hash, in constant time. */
export function isHashOf(secret: string, hash: string): boolean {
  const presented = Buffer.from(hashSecret(secret))
  const kept = Buffer.from(hash)
  return presented.length === kept.length && timingSafeEqual(presented, kept)
}

function sign(text: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(text).digest().subarray(0, signatureBytes)
}
