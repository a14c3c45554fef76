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
  return decoded.startsWith(prefix) ? unsignText(decoded.slice(prefix.length), secrets) : undefined
}

/** Returns the text of `text` + `.` + HMAC in base64 without `=`; `undefined` if none of the secrets has signed it. */
export function unsignText(
  signed: string,
  secrets: readonly SigningSecret[],
  algorithm = 'sha256',
): string | undefined {
  const dot = signed.lastIndexOf('.')
  if (dot < 1) return undefined
  const text = signed.slice(0, dot)
  const signature = Buffer.from(signed.slice(dot + 1))
  const isGenuine = secrets.some((secret) => {
    const mac = createHmac(algorithm, secret).update(text).digest('base64').replace(/=+$/, '')
    const expected = Buffer.from(mac)
    return expected.length === signature.length && timingSafeEqual(expected, signature)
  })
  return isGenuine ? text : undefined
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
