import type { KeyObject } from 'node:crypto'
import { type Keyring, madeOf } from '@sojourn/core/store'

/** The protected header of the tokens sealed by one key (RFC 7516, section 4); it has no other members. */
interface SealHeader {
  readonly alg: 'dir'
  readonly enc: 'A256GCM'
  readonly kid: string
  readonly typ: 'sojourn-session'
}

/** A sealing key, and the header that names it. */
export interface SealKey {
  readonly key: KeyObject
  readonly header: SealHeader
  /** The header in base64url: the first part of a token. */
  readonly segment: string
  /** The bytes of `segment`: what a token authenticates besides its content (RFC 7516, section 5.1, step 14). */
  readonly authenticated: Uint8Array
}

/** The sealing keys of a manager: the first seals, all unseal. */
export type SealKeys = readonly [SealKey, ...SealKey[]]

const kidBytes = 6

/**
 * Derives the sealing keys for this purpose and the cookie's name, so that tokens of another purpose, application or
 * cookie are sealed by other keys (ASVS 9.2.2). The `kid` is derived from the secret separately and reveals neither the
 * secret nor the key. Returns a function: a key roll changes them.
 */
export function createSealKeys(keyring: Keyring): () => SealKeys {
  const kidKeys = keyring.derive('seal-kid')
  return madeOf(keyring.derive('seal'), (keys) => {
    const kids = kidKeys().map(kidOf)
    const [first, ...others] = keys.map((key, at) => createSealKey(key, kids[at] ?? ''))
    if (!first) throw new TypeError('A keyring holds at least one key')
    return [first, ...others]
  })
}

function kidOf(key: KeyObject): string {
  return key.export().subarray(0, kidBytes).toString('base64url')
}

function createSealKey(key: KeyObject, kid: string): SealKey {
  const header: SealHeader = { alg: 'dir', enc: 'A256GCM', kid, typ: 'sojourn-session' }
  const segment = Buffer.from(JSON.stringify(header)).toString('base64url')
  return { key, header, segment, authenticated: Buffer.from(segment) }
}
