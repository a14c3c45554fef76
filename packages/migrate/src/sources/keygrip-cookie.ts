import { createHmac, timingSafeEqual } from 'node:crypto'
import { check, type ForeignCookies } from '@sojourn/core/store'

/** The keys of the old application: its secrets, the newest first, or the `Keygrip` that it made of them. */
export type SigningKeys = readonly (string | Uint8Array)[] | SignatureVerifier

/** What verifies a signature: an instance of `Keygrip`. */
export interface SignatureVerifier {
  verify(data: string, signature: string): boolean
}

/** How long a cookie is at most, in bytes: browsers keep no longer one. */
const maxCookieLength = 4096

/** The names of a cookie that the package `cookies` has signed, and of the cookie that holds its signature. */
export function signedCookieNames(name: string): readonly [name: string, signature: string] {
  return [name, `${name}.sig`]
}

/**
 * Returns a function that reads a signed cookie: the values of `name` for which a cookie `name.sig` has the signature. As in the
 * package `cookies`, values are not decoded, and secrets stand for HMAC-SHA1 of `name=value`.
 * @see https://github.com/pillarjs/cookies and https://github.com/crypto-utils/keygrip
 * @throws SessionUsageError `ERR_CONFIG_INVALID` for keys that are neither secrets nor a `Keygrip`.
 */
export function signedCookieReader(
  name: string,
  keys: SigningKeys,
): (cookies: ForeignCookies) => readonly string[] {
  const [valueName, signatureName] = signedCookieNames(name)
  const verifier = verifierOf(keys)
  return (cookies) => {
    const signatures = cookies.get(signatureName) ?? []
    const isGenuine = (value: string) =>
      value.length <= maxCookieLength &&
      signatures.some((signature) => verifier.verify(`${name}=${value}`, signature))
    return (cookies.get(valueName) ?? []).filter(isGenuine)
  }
}

function verifierOf(keys: SigningKeys): SignatureVerifier {
  if (typeof Object(keys).verify === 'function') return keys as SignatureVerifier
  const secrets = Array.isArray(keys) ? (keys as readonly (string | Uint8Array)[]) : []
  check(
    secrets.length > 0 && secrets.every((secret) => Object(secret).length > 0),
    'keys holds no secrets, or an empty one',
    'Give the keys of the old application: a list of secrets, or its Keygrip',
  )
  return {
    verify(data, signature) {
      const given = Buffer.from(signature)
      return secrets.some((secret) => {
        const expected = Buffer.from(createHmac('sha1', secret).update(data).digest('base64url'))
        return given.length === expected.length && timingSafeEqual(given, expected)
      })
    },
  }
}
