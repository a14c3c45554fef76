import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Sealer } from './sealer.ts'

const cipherName = 'aes-256-gcm'
const ivBytes = 12
const authTagLength = 16

/** Seals by `node:crypto`, synchronously: without promises or the thread pool, about eight times as fast as jose. */
export const nodeSealer: Sealer = {
  seal(plain, { key, segment }) {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv(cipherName, key, iv, { authTagLength })
    cipher.setAAD(Buffer.from(segment, 'latin1'))
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
    return [segment, '', ...[iv, ciphertext, cipher.getAuthTag()].map(toBase64url)].join('.')
  },

  unseal({ by: { key, segment }, iv, ciphertext, tag }) {
    const decipher = createDecipheriv(cipherName, key, fromBase64url(iv), { authTagLength })
    decipher.setAAD(Buffer.from(segment, 'latin1'))
    decipher.setAuthTag(fromBase64url(tag))
    const plain = decipher.update(fromBase64url(ciphertext))
    try {
      return Buffer.concat([plain, decipher.final()]) // throws if the tag does not match
    } catch {
      return undefined
    }
  },
}

function toBase64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}

function fromBase64url(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}
