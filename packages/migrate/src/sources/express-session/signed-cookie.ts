import { createHmac, type KeyObject, timingSafeEqual } from 'node:crypto'

/** A secret of express-session: the key of an HMAC. */
export type SigningSecret = string | Uint8Array | KeyObject

/**
 * Returns the text that a signed cookie of Express holds, `s:` + text + `.` + HMAC-SHA256 in base64 without `=`, all of it
 * percent-encoded; `undefined` for a value that none of the secrets has signed. The name of the cookie is not signed.
 * @see https://github.com/tj/node-cookie-signature
 */
export function unsignCookie(value: string, secrets: readonly SigningSecret[]): string | undefined {
  const decoded = decode(value)
  const dot = decoded.lastIndexOf('.')
  if (!decoded.startsWith(prefix) || dot <= prefix.length) return undefined
  const text = decoded.slice(prefix.length, dot)
  const signature = Buffer.from(decoded.slice(dot + 1))
  return secrets.some((secret) => isSignatureOf(text, signature, secret)) ? text : undefined
}

const prefix = 's:'

/** Returns the value decoded; as it is if it cannot be, as Express does. */
function decode(value: string): string {
  try {
    return decodeURIComponent(value)
  } catch {
    return value
  }
}

function isSignatureOf(text: string, signature: Buffer, secret: SigningSecret): boolean {
  const mac = createHmac('sha256', secret).update(text).digest('base64').replace(/=+$/, '')
  const expected = Buffer.from(mac)
  return expected.length === signature.length && timingSafeEqual(expected, signature)
}
