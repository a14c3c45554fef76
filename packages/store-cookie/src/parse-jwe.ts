import type { SealKey, SealKeys } from './seal-keys.ts'

/** The parts of a well-formed token whose header names one of our keys. It is not authenticated yet. */
export interface ParsedJwe {
  readonly token: string
  readonly by: SealKey
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/**
 * `header..iv.ciphertext.tag`: the compact serialization of a JWE with `dir` (RFC 7516, section 7.1). A 12-byte iv
 * has no unused bits in base64url; the last character of a 16-byte tag has four, which must be zero.
 */
const shape = /^([\w-]{1,200})\.\.([\w-]{16})\.([\w-]+)\.([\w-]{21}[AQgw])$/

/**
 * Creates a parser that splits a token without decrypting it. Each token has exactly one accepted encoding. The
 * header must equal, byte for byte, the header of one of `keys`, so that an unknown `kid`, another `alg`, `enc` or
 * `typ`, and any `zip`, `crit` or `jwk` are refused by one look-up, before anything is parsed or derived.
 *
 * The parser returns `'malformed'` for a token of another shape or longer than `maxLength` characters, and `'forged'`
 * for one with another header.
 */
export function createJweParser(
  keys: SealKeys,
  maxLength: number,
): (token: string) => ParsedJwe | 'malformed' | 'forged' {
  const bySegment = new Map(keys.map((key) => [key.segment, key]))
  return (token) => {
    if (token.length > maxLength) return 'malformed'
    const [, segment = '', iv, ciphertext, tag] = shape.exec(token) ?? []
    if (iv === undefined || ciphertext === undefined || tag === undefined) return 'malformed'
    if (!isCanonical(ciphertext)) return 'malformed'
    const by = bySegment.get(segment)
    return by ? { token, by, iv, ciphertext, tag } : 'forged'
  }
}

/** Decoders ignore the unused bits of the last character, so the same bytes could be encoded in several ways. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}
