import crypto, { createHash, createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'
import { randomText } from '../util/random.ts'
import type { SessionId } from './record.ts'

/**
 * A token is what the client holds: `group.handle.generation.secret.signature`. Group and handle are the id, which is
 * public. The secret opens the session. The generation tells an old token from a current one, and when it was retired
 * (retirement.ts). The signature shows that the token was made here, so a forged one never reaches a store (P6).
 *
 * | part       | bytes | characters | content                                                  |
 * |------------|-------|------------|----------------------------------------------------------|
 * | group      | 12    | 16         | random, or the same for all sessions of a user           |
 * | handle     | 16    | 22         | random, with the tag of the namespace (session-ids.ts)   |
 * | generation | 3     | 4          | which token of the session it is; grows by each rotation |
 * | secret     | 24    | 32         | random (ASVS 7.2.3); the record keeps only its SHA-256   |
 * | signature  | 24    | 32         | HMAC-SHA256 of the rest; the key depends on cookie name  |
 *
 * All parts are base64url. The pattern admits one spelling per token: fixed lengths, no padding, and a last character of
 * the handle whose four unused bits are zero; the other parts have no unused bits.
 */
const tokenPattern = /^([\w-]{16}\.[\w-]{21}[AQgw])\.([\w-]{4})\.([\w-]{32})\.([\w-]{32})$/
const idPattern = /^[\w-]{16}\.[\w-]{21}[AQgw]$/
const idLength = 16 + 1 + 22
const secretBytes = 24
const signatureBytes = 24
const generationBytes = 3
/** The highest generation of a token. A session that reaches it stays there: its old tokens are stale, not replays. */
export const maxGeneration = 2 ** (8 * generationBytes) - 1

/** What a token holds besides the id of its session. */
export interface TokenContent {
  readonly secret: string
  /** Which token of the session it is, from 1; or `importedGeneration`. */
  readonly generation: number
}

/** The generation of a token that stands for one of another store, which the client holds (keyed/import.ts). */
export const importedGeneration = 0

/** The content of a token whose signature holds. */
export interface GenuineToken extends TokenContent {
  readonly id: SessionId
  /** The index of the key that signed it; 0 is the one that signs today. */
  readonly keyIndex: number
}

/** Returns a new random secret. It is sent to the client once and stored only as its hash. */
export function mintSecret(): string {
  return randomText(secretBytes)
}

/** Returns a random tag for one version of a row. 64 bits are enough: it must differ from a few versions before it. */
export function mintVersion(): string {
  return randomText(8)
}

/** Returns the token of a session, signed by the first key. */
export function mintToken(
  id: SessionId,
  { secret, generation }: TokenContent,
  keys: readonly KeyObject[],
): string {
  const content = `${id}.${encodeGeneration(generation)}.${secret}`
  return `${content}.${signatureOf(content, keys)}`
}

/** Returns true if a text has the form of an id. A store cannot contain any other. */
export function isId(text: unknown): text is SessionId {
  return typeof text === 'string' && idPattern.test(text)
}

/** Returns the content of a token, or why it is refused. Does no I/O; tries all keys, each in constant time. */
export function verifyToken(
  token: string,
  keys: readonly KeyObject[],
): GenuineToken | 'malformed' | 'forged' {
  const [, id, generation, secret, signature] = tokenPattern.exec(token) ?? []
  if (!id || !generation || !secret || !signature) return 'malformed'
  const keyIndex = signerOf(`${id}.${generation}.${secret}`, signature, keys)
  if (keyIndex === undefined) return 'forged'
  return { id, generation: decodeGeneration(generation), secret, keyIndex }
}

/** Returns true if two tokens begin with the same id. It does not verify them. */
export function haveSameId(token: string, other: string): boolean {
  return token.slice(0, idLength) === other.slice(0, idLength)
}

/** Returns the signature of a text by the first key: 32 characters, base64url. */
export function signatureOf(text: string, keys: readonly KeyObject[]): string {
  const [key] = keys
  if (!key) throw new TypeError('A keyring holds at least one key')
  return sign(text, key).toString('base64url')
}

/**
 * Returns the index of the key that made a signature of 32 characters; `undefined` if none did. Tries all keys, each in
 * constant time.
 */
export function signerOf(
  text: string,
  signature: string,
  keys: readonly KeyObject[],
): number | undefined {
  const presented = Buffer.from(signature, 'base64url')
  const matches = keys.map((key) => timingSafeEqual(sign(text, key), presented))
  const keyIndex = matches.indexOf(true)
  return keyIndex < 0 ? undefined : keyIndex
}

/** Returns a new random salt for `deriveSecret`. */
export function mintSalt(): string {
  return randomText(16)
}

/** Returns the secret that follows another one: `HMAC-SHA256(secret, salt)`, which the salt alone does not reveal. */
export function deriveSecret(secret: string, salt: string): string {
  const mac = createHmac('sha256', Buffer.from(secret, 'base64url')).update(salt, 'base64url')
  return mac.digest().subarray(0, secretBytes).toString('base64url')
}

/** Returns what a record keeps of a secret: its SHA-256, as base64url. */
export function hashSecret(secret: string): string {
  return hash('sha256', Buffer.from(secret, 'base64url'), 'base64url')
}

/** One call costs a quarter of what a `Hash` object does. Runtimes other than Node may lack it. */
const hash: typeof crypto.hash =
  crypto.hash ??
  ((algorithm, data, encoding) =>
    createHash(algorithm)
      .update(data)
      .digest(encoding as 'base64url'))

/** Returns true if `hash` is the hash of the secret. Compares in constant time. */
export function isHashOf(secret: string, hash: string): boolean {
  const presented = Buffer.from(hashSecret(secret))
  const stored = Buffer.from(hash)
  return presented.length === stored.length && timingSafeEqual(presented, stored)
}

function encodeGeneration(generation: number): string {
  const bytes = Buffer.allocUnsafe(generationBytes)
  bytes.writeUIntBE(Math.min(generation, maxGeneration), 0, generationBytes)
  return bytes.toString('base64url')
}

function decodeGeneration(text: string): number {
  return Buffer.from(text, 'base64url').readUIntBE(0, generationBytes)
}

function sign(text: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(text).digest().subarray(0, signatureBytes)
}
