import type { ParsedJwe } from './parse-jwe.ts'
import type { SealKey } from './seal-keys.ts'

/**
 * Authenticated encryption of bytes into a JWE token and back. Both sealers write the same format and open what the
 * other wrote.
 */
export interface Sealer {
  /** A token that only `unseal` opens. Two of the same bytes are different: the iv is random. */
  seal(plain: Uint8Array, by: SealKey): string | Promise<string>
  /** The bytes, or `undefined` where the token is not one that `seal` made. Never throws for a token. */
  unseal(spelled: ParsedJwe): Uint8Array | undefined | Promise<Uint8Array | undefined>
}
