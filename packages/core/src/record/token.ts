import { type KeyObject, timingSafeEqual } from 'node:crypto'
import { randomText } from '../util/random.ts'
import { hmac, sha256 } from './hmac.ts'
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
const tokenPattern = /^[\w-]{16}\.[\w-]{21}[AQgw]\.[\w-]{4}\.[\w-]{32}\.[\w-]{32}$/
const idPattern = /^[\w-]{16}\.[\w-]{21}[AQgw]$/
const idLength = 16 + 1 + 22
/** Where the generation, the secret and the signature begin. */
const generationAt = idLength + 1
const secretAt = generationAt + 4 + 1
const signatureAt = secretAt + 32 + 1
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
  /** `hashSecret` of the secret, where it is known already. */
  readonly secretHash?: string
}

/** The generation of a token that stands for one of another store, which the client holds (keyed/import.ts). */
export const importedGeneration = 0

/** The content of a token whose signature holds. */
export interface GenuineToken extends TokenContent {
  readonly id: SessionId
  /** The index of the key that signed it; 0 is the one that signs today. */
  readonly keyIndex: number
  readonly secretHash: string
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

/** Returns true if a text has the form of a token, whoever made it. */
export function isToken(text: string): boolean {
  return tokenPattern.test(text)
}

/** Returns the content of a token, or why it is refused. Does no I/O; tries all keys, each in constant time. */
export function verifyToken(
  token: string,
  keys: readonly KeyObject[],
): GenuineToken | 'malformed' | 'forged' {
  if (!isToken(token)) return 'malformed'
  const keyIndex = signerOf(token.slice(0, signatureAt - 1), token.slice(signatureAt), keys)
  if (keyIndex === undefined) return 'forged'
  const secret = token.slice(secretAt, signatureAt - 1)
  return {
    id: token.slice(0, idLength),
    generation: decodeGeneration(token.slice(generationAt, secretAt - 1)),
    secret,
    keyIndex,
    secretHash: hashSecret(secret),
  }
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
  const mac = hmac(Buffer.from(secret, 'base64url'), Buffer.from(salt, 'base64url'))
  return mac.toString('base64url', 0, secretBytes)
}

/** Returns what a record keeps of a secret: its SHA-256, as base64url. */
export function hashSecret(secret: string): string {
  return sha256(Buffer.from(secret, 'base64url'))
}

/** Returns true if `hash` is the hash of the secret. */
export function isHashOf(secret: string, hash: string): boolean {
  return isSameHash(hashSecret(secret), hash)
}

/** Returns true if two hashes of secrets are equal. Compares in constant time. */
export function isSameHash(secretHash: string, other: string): boolean {
  const presented = Buffer.from(secretHash)
  const stored = Buffer.from(other)
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
  return hmac(key, text).subarray(0, signatureBytes)
}
