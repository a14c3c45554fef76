import { parseObject } from '../sealed-data.ts'
import type { ForeignData } from '../source.ts'

/** What is used of the package sodium-native. */
export type Sodium = Pick<
  typeof import('sodium-native'),
  | 'crypto_pwhash_ALG_DEFAULT'
  | 'crypto_pwhash_MEMLIMIT_MODERATE'
  | 'crypto_pwhash_OPSLIMIT_MODERATE'
  | 'crypto_pwhash_async'
  | 'crypto_secretbox_open_easy'
>

/**
 * Returns what a cookie of \@fastify/secure-session holds; `undefined` unless it is sealed with one of the keys, 32 bytes
 * each, and written exactly as the plugin writes it: `encodeURIComponent(base64(box) + ';' + base64(nonce))`.
 */
export function openSecretbox(
  value: string,
  keys: readonly Buffer[],
  sodium: Sodium,
): ForeignData | undefined {
  const [, boxText, nonceText] = shape.exec(value) ?? []
  if (boxText === undefined || nonceText === undefined) return undefined
  const box = fromCookie(boxText)
  const nonce = fromCookie(nonceText)
  const isCanonical = toCookie(box) === boxText && toCookie(nonce) === nonceText
  if (!isCanonical || nonce.length !== nonceLength || box.length < tagLength) return undefined
  const message = Buffer.alloc(box.length - tagLength)
  const isOpen = keys.some((key) => sodium.crypto_secretbox_open_easy(message, box, nonce, key))
  return isOpen ? parseObject(message.toString()) : undefined
}

const nonceLength = 24
const tagLength = 16

/** Two texts in base64 and a semicolon, percent-encoded. Browsers keep no cookie above 4096 bytes. */
const shape = /^((?:\w|%2B|%2F|%3D){1,4096})%3B((?:\w|%2B|%2F){1,96})$/

function fromCookie(text: string): Buffer {
  return Buffer.from(decodeURIComponent(text), 'base64')
}

function toCookie(bytes: Buffer): string {
  return encodeURIComponent(bytes.toString('base64'))
}
