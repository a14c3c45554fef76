import { createCipheriv, randomBytes } from 'node:crypto'

/** Returns text sealed as SessionX seals its cookies: nonce, AES-GCM ciphertext and tag, in base64 without padding. */
export function seal(text: string, secret: string): string {
  const nonce = randomBytes(12)
  const algorithm = `aes-${secret.length * 8}-gcm` as 'aes-256-gcm'
  const cipher = createCipheriv(algorithm, secret, nonce)
  const body = Buffer.concat([nonce, cipher.update(text), cipher.final(), cipher.getAuthTag()])
  return body.toString('base64').replace(/=+$/, '')
}
