import type { SealKey, SealKeys } from './seal-keys.ts'

/** The parts of a well-formed token whose header names one of our keys. It is not authenticated yet. */
export interface ParsedJwe {
  readonly token: string
  readonly by: SealKey
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
  readonly tag: Uint8Array
}

const segmentShape = /^[\w-]{1,200}$/
const ivBytes = 12
const tagBytes = 16

/**
 * Creates a parser that splits a token without decrypting it: `header..iv.ciphertext.tag`, the compact serialization of
 * a JWE with `dir` (RFC 7516, section 7.1). Each token has exactly one accepted encoding. The header must equal, byte for
 * byte, the header of one of `keys`, so that an unknown `kid`, another `alg`, `enc` or `typ`, and any `zip`, `crit` or
 * `jwk` are refused without parsing or deriving anything.
 *
 * The parser returns `'malformed'` for a token of another shape or longer than `maxLength` characters, and `'forged'`
 * for one with another header.
 */
export function createJweParser(
  keys: () => SealKeys,
  maxLength: number,
): (token: string) => ParsedJwe | 'malformed' | 'forged' {
  return (token) => {
    if (token.length > maxLength) return 'malformed'
    const [segment = '', encryptedKey, ...parts] = token.split('.', 6)
    if (encryptedKey !== '' || parts.length !== 3) return 'malformed'
    const [iv, ciphertext, tag] = parts.map(bytesOf)
    if (iv?.length !== ivBytes || !ciphertext?.length || tag?.length !== tagBytes)
      return 'malformed'
    const by = keys().find((key) => key.segment === segment)
    if (by) return { token, by, iv, ciphertext, tag }
    return segmentShape.test(segment) ? 'forged' : 'malformed'
  }
}

/**
 * Returns the bytes of base64url; `undefined` if the text is not their one encoding: decoders skip characters that they
 * do not know, and ignore the unused bits of the last one.
 */
function bytesOf(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url')
  return bytes.toString('base64url') === text ? bytes : undefined
}
