import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { Sealer } from './sealer.ts'

const cipherName = 'aes-256-gcm'
const ivBytes = 12
const authTagLength = 16

/** Seals by `node:crypto`, synchronously: no promise and no thread pool, about eight times as fast as the portable way. */
export const nodeSealer: Sealer = {
  seal(plain, { key, segment }) {
    const iv = randomBytes(ivBytes)
    const cipher = createCipheriv(cipherName, key, iv, { authTagLength })
    cipher.setAAD(Buffer.from(segment, 'latin1'))
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()])
    return [segment, '', ...[iv, ciphertext, cipher.getAuthTag()].map(asText)].join('.')
  },

  unseal({ by: { key, segment }, iv, ciphertext, tag }) {
    const decipher = createDecipheriv(cipherName, key, asBytes(iv), { authTagLength })
    decipher.setAAD(Buffer.from(segment, 'latin1'))
    decipher.setAuthTag(asBytes(tag))
    const plain = decipher.update(asBytes(ciphertext))
    try {
      return Buffer.concat([plain, decipher.final()]) // throws where the tag does not fit
    } catch {
      return undefined
    }
  },
}

function asText(bytes: Buffer): string {
  return bytes.toString('base64url')
}

function asBytes(text: string): Buffer {
  return Buffer.from(text, 'base64url')
}
