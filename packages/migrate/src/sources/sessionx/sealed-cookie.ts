import { createDecipheriv } from 'node:crypto'

const nonceBytes = 12
const tagBytes = 16

/**
 * Returns the JSON that a cookie of SessionX's cookie mode holds, opened by the first secret that fits; `undefined` if none
 * does. The value is base64 without padding of nonce, AES-GCM ciphertext and tag; the secret is the key itself. Of the
 * spellings of one base64 text only the one that Go writes is accepted.
 */
export function openSealedCookie(
  value: string,
  secrets: readonly Uint8Array[],
): string | undefined {
  const sealed = Buffer.from(value, 'base64')
  if (sealed.length <= nonceBytes + tagBytes) return undefined
  if (sealed.toString('base64').replace(/=+$/, '') !== value) return undefined
  for (const secret of secrets) {
    const opened = decrypt(sealed, secret)
    if (opened !== undefined) return opened
  }
  return undefined
}

function decrypt(sealed: Buffer, secret: Uint8Array): string | undefined {
  const algorithm = `aes-${secret.length * 8}-gcm` as 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm'
  const decipher = createDecipheriv(algorithm, secret, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAuthTag(sealed.subarray(-tagBytes))
  const body = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
  try {
    decipher.final()
  } catch {
    return undefined // another secret, or not a cookie of SessionX
  }
  return body.toString('utf8')
}
