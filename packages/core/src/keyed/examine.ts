import type { Codec } from '../data/codec.ts'
import type { Keyring } from '../record/keyring.ts'
import type { SessionId, SessionRecord } from '../record/record.ts'
import { isToken, verifyToken } from '../record/token.ts'
import { splitValue } from './row-format.ts'
import { createRowSigner, isSignedValue } from './row-signature.ts'

/** What a token says of itself, without its secret part. */
export interface ExaminedToken {
  readonly id: SessionId
  /** Which token of its session it is, from 1; 0 stands for a token of another store. */
  readonly generation: number
  /** The index of the secret that signed it, in the order of the keyring; `undefined` if none of them did. */
  readonly signedBy: number | undefined
}

/** What the value of a row holds. */
export interface ExaminedValue {
  readonly record: SessionRecord
  /** The data as it is stored, and the codec that encoded it. */
  readonly data: Uint8Array
  readonly codec: Codec
  /** Whether the value has a signature, and whether it is by one of the keys. */
  readonly signature: 'none' | 'right' | 'wrong'
}

/** Returns what a token of a keyed store says; `undefined` for what is no token. For the tools of operators. */
export function examineToken(token: string, keyring: Keyring): ExaminedToken | undefined {
  if (!isToken(token)) return undefined
  const [group = '', handle = '', generation = ''] = token.split('.')
  const verified = verifyToken(token, keyring.derive('token')())
  return {
    id: `${group}.${handle}`,
    generation: Buffer.from(generation, 'base64url').readUIntBE(0, 3),
    signedBy: typeof verified === 'string' ? undefined : verified.keyIndex,
  }
}

/**
 * Returns what the value of a row holds, whether its session is alive or not. For the tools of operators.
 * @throws If the bytes are damaged, or of a codec that is not in `codecs`.
 */
export function examineValue(
  id: SessionId,
  value: Uint8Array,
  { codecs, keyring }: { codecs: readonly [Codec, ...Codec[]]; keyring: Keyring },
): ExaminedValue {
  const signature = isSignedValue(value) ? judge(id, value, keyring) : 'none'
  const unsigned = createRowSigner(keyring, false).verify(id, value)
  return { ...splitValue(id, unsigned, codecs), signature }
}

function judge(id: SessionId, value: Uint8Array, keyring: Keyring): 'right' | 'wrong' {
  try {
    createRowSigner(keyring, true).verify(id, value)
    return 'right'
  } catch {
    return 'wrong'
  }
}
