import type { ParsedJwe } from './parse-jwe.ts'
import type { SealKey } from './seal-keys.ts'

/** Authenticated encryption of bytes into a JWE token and back. Both sealers write and read the same format. */
export interface Sealer {
  /**
   * Returns a token that only `unseal` opens. Sealing the same bytes twice gives different tokens: the iv is random.
   */
  seal(plain: Uint8Array, by: SealKey): string | Promise<string>
  /** Returns the bytes, or `undefined` if `seal` did not make the token. Never throws because of a token. */
  unseal(jwe: ParsedJwe): Uint8Array | undefined | Promise<Uint8Array | undefined>
}
