import type { CryptoKey } from 'jose'
import type { SealKey } from './seal-keys.ts'
import type { Sealer } from './sealer.ts'

/** The only algorithms accepted. `createJweParser` refuses other headers before; this is a second check. */
const allowed = {
  keyManagementAlgorithms: ['dir'],
  contentEncryptionAlgorithms: ['A256GCM'],
  maxDecompressedLength: 0,
}

/**
 * Creates a sealer on jose, which needs only WebCrypto. Each key is imported once. jose is loaded with the first token:
 * applications that seal by `node:crypto` need not load it at all.
 */
export function createJoseSealer(): Sealer {
  const imported = new WeakMap<SealKey, Promise<CryptoKey>>()

  return {
    async seal(plain, by) {
      const { CompactEncrypt } = await loadJose()
      const token = new CompactEncrypt(plain).setProtectedHeader({ ...by.header })
      return token.encrypt(await cryptoKey(by))
    },

    async unseal({ token, by }) {
      const { compactDecrypt, errors } = await loadJose()
      try {
        return (await compactDecrypt(token, await cryptoKey(by), allowed)).plaintext
      } catch (error) {
        if (error instanceof errors.JOSEError) return undefined
        throw error
      }
    },
  }

  function cryptoKey(by: SealKey): Promise<CryptoKey> {
    const key = imported.get(by) ?? importKey(by)
    imported.set(by, key)
    return key
  }
}

type Jose = typeof import('jose')

let loading: Promise<Jose> | undefined

function loadJose(): Promise<Jose> {
  loading ??= import('jose')
  return loading
}

function importKey({ key }: SealKey): Promise<CryptoKey> {
  const raw = new Uint8Array(key.export())
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt'])
}
