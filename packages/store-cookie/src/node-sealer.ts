import { createCipheriv, createDecipheriv } from 'node:crypto'
import { randomIv } from './random-iv.ts'
import type { Sealer } from './sealer.ts'

const cipherName = 'aes-256-gcm'
const options = { authTagLength: 16 }

/**
 * Seals by `node:crypto`, synchronously: without promises or the thread pool, about eight times as fast as jose. GCM is a
 * stream cipher, so `update` returns all of the text, and `final` only makes or checks the tag.
 */
export const nodeSealer: Sealer = {
  seal(plain, { key, segment, authenticated }) {
    const iv = randomIv()
    const cipher = createCipheriv(cipherName, key, iv, options)
    cipher.setAAD(authenticated)
    const ciphertext = toBase64url(cipher.update(plain))
    cipher.final()
    return `${segment}..${toBase64url(iv)}.${ciphertext}.${toBase64url(cipher.getAuthTag())}`
  },

  unseal({ by: { key, authenticated }, iv, ciphertext, tag }) {
    const decipher = createDecipheriv(cipherName, key, iv, options)
    decipher.setAAD(authenticated)
    decipher.setAuthTag(tag)
    const plain = decipher.update(ciphertext)
    try {
      decipher.final() // throws if the tag does not match
      return plain
    } catch {
      return undefined
    }
  },
}

function toBase64url(bytes: Buffer): string {
  return bytes.toString('base64url')
}
