import type { SealKey, SealKeys } from './seal-keys.ts'

/** A token that is spelled as we spell ours, sealed by whoever. */
export interface ParsedJwe {
  readonly token: string
  readonly by: SealKey
  readonly iv: string
  readonly ciphertext: string
  readonly tag: string
}

/**
 * `header..iv.ciphertext.tag`: the compact serialisation of a JWE whose key is agreed on beforehand. 12 bytes of iv have
 * no spare bits; of the last character of a 16-byte tag four are spare, and zero.
 */
const shape = /^([\w-]{1,200})\.\.([\w-]{16})\.([\w-]+)\.([\w-]{21}[AQgw])$/

/**
 * Reads a token up to its decryption, by its spelling alone. Each token has one spelling. Its header must be, byte for
 * byte, that of one of our keys, so that an unknown `kid`, another `alg`, `enc` or `typ`, `zip`, `crit`, `jwk` and whatever
 * else a header can say is refused by one look-up, before anything is parsed or derived.
 */
export function createJweParser(
  keys: SealKeys,
  longest: number,
): (token: string) => ParsedJwe | 'malformed' | 'forged' {
  const bySegment = new Map(keys.map((key) => [key.segment, key]))
  return (token) => {
    if (token.length > longest) return 'malformed'
    const [, segment = '', iv, ciphertext, tag] = shape.exec(token) ?? []
    if (iv === undefined || ciphertext === undefined || tag === undefined) return 'malformed'
    if (!isCanonical(ciphertext)) return 'malformed'
    const by = bySegment.get(segment)
    return by ? { token, by, iv, ciphertext, tag } : 'forged'
  }
}

/** Decoders ignore the spare bits of the last character, so the same bytes could be spelled otherwise. */
function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text
}
