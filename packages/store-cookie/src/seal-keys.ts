import type { KeyObject } from 'node:crypto'
import type { Keyring } from '@sojourn/core/store'

/** The protected header of every token that a key seals (RFC 7516); nothing else is ever in it. */
interface SealHeader {
  readonly alg: 'dir'
  readonly enc: 'A256GCM'
  readonly kid: string
  readonly typ: 'sojourn-session'
}

/** A key that seals, and the header that names it. */
export interface SealKey {
  readonly key: KeyObject
  readonly header: SealHeader
  /** The header as it stands at the head of a token. */
  readonly segment: string
}

/** The keys of a manager: the first seals, all unseal. */
export type SealKeys = readonly [SealKey, ...SealKey[]]

const kidBytes = 6

/**
 * Derives the keys, once, for this purpose and the cookie's name: a token of another purpose, application or cookie is
 * sealed by other keys (ASVS 9.2.2). A `kid` derives from the secret beside the key and tells nothing of either.
 */
export function createSealKeys(keyring: Keyring): SealKeys {
  const names = keyring.derive('seal-kid').map(nameOf)
  const [first, ...others] = keyring
    .derive('seal')
    .map((key, at): SealKey => createSealKey(key, names[at] ?? ''))
  if (!first) throw new TypeError('A keyring holds at least one key')
  return [first, ...others]
}

function nameOf(key: KeyObject): string {
  return key.export().subarray(0, kidBytes).toString('base64url')
}

function createSealKey(key: KeyObject, kid: string): SealKey {
  const header: SealHeader = { alg: 'dir', enc: 'A256GCM', kid, typ: 'sojourn-session' }
  return { key, header, segment: Buffer.from(JSON.stringify(header)).toString('base64url') }
}
