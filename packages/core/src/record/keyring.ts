import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { SessionUsageError } from '../errors.ts'
import { hmac } from './hmac.ts'
import {
  isRollingSecret,
  type RollingSecret,
  readSecret,
  readSecrets,
  type Secret,
} from './secret.ts'

/** Returns the keys of one purpose: first the one that signs. It is the same array until the secrets change. */
export type Keys = () => readonly KeyObject[]

/** The keys of one manager. */
export interface Keyring {
  /**
   * Returns the keys of a purpose, one per secret, derived by HKDF for the purpose, the cookie name and the namespace. Ask
   * for them anew each time they are used: a `rollingSecret` changes them.
   * @see RFC 5869
   */
  derive(purpose: string): Keys
  /** Like `derive`, but the same for all cookie names of a namespace: for what its managers read of each other. */
  deriveShared(purpose: string): Keys
  /**
   * Returns the key that names sessions and users for a purpose, derived from `indexKey` and the namespace. It does not
   * change with the cookie name, nor when `secretKey` is rolled.
   */
  deriveIndex(purpose: string): KeyObject
  /**
   * Returns what a record keeps of a user's security stamp: 16 characters, an HMAC that does not reveal the stamp. Its key
   * derives from `indexKey`, so a key roll does not change it.
   */
  stampHash(userId: string, stamp: string): string
}

/** What `createKeyring` needs. */
export interface KeyringOptions {
  /** One secret, or up to 8: the first signs, all verify. Or a secret that changes while the process runs. */
  readonly secretKey: Secret | readonly Secret[] | RollingSecret
  /** The secret behind `deriveIndex`. @default the single secret of `secretKey`; required if it is a list or rolls */
  readonly indexKey?: Secret | undefined
  readonly cookieName: string
  /** What keeps the sessions of two applications apart. @default the cookie name */
  readonly namespace?: string
}

/**
 * Checks the secrets and returns their keyring.
 * @throws SessionUsageError `ERR_SECRET_WEAK` for a secret that is missing, short, repetitive, well known or given
 * twice; the message never contains the secret. `ERR_CONFIG_INVALID` for several secrets without `indexKey`.
 */
export function createKeyring(options: KeyringOptions): Keyring {
  const { secretKey, cookieName, namespace = cookieName } = options
  const secrets = secretsOf(secretKey)
  const indexSecret = readIndexKey(options, secrets())
  const deriveIndex: Keyring['deriveIndex'] = (purpose) =>
    deriveKey(indexSecret, [`index/${purpose}`, namespace])
  const stamps = deriveIndex('stamp')
  return {
    derive: (purpose) => keysOf(secrets, [purpose, cookieName, namespace]),
    deriveShared: (purpose) => keysOf(secrets, [`shared/${purpose}`, namespace]),
    deriveIndex,
    stampHash: (userId, stamp) => shortMac(stamps, `${userId.length}.${userId}.${stamp}`),
  }
}

/** Returns a function that makes something of keys, and makes it again only when they have changed. */
export function madeOf<Made>(keys: Keys, make: (keys: readonly KeyObject[]) => Made): () => Made {
  let source = keys()
  let made = make(source)
  return () => {
    const now = keys()
    if (now !== source) {
      source = now
      made = make(now)
    }
    return made
  }
}

function shortMac(key: KeyObject, text: string): string {
  return hmac(key, text).toString('base64url', 0, 12)
}

/** Derives keys of secrets, again whenever these have changed. */
function keysOf(secrets: () => readonly Uint8Array[], names: readonly string[]): Keys {
  let source: readonly Uint8Array[] = []
  let keys: readonly KeyObject[] = []
  return () => {
    const now = secrets()
    if (now !== source) {
      source = now
      keys = now.map((secret) => deriveKey(secret, names))
    }
    return keys
  }
}

/** Derives a key for a purpose. The names are joined as JSON, so that no two lists of them make the same text. */
function deriveKey(secret: Uint8Array, names: readonly string[]): KeyObject {
  const info = JSON.stringify(['sojourn/v2', ...names])
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', info, 32)))
}

function secretsOf(secretKey: KeyringOptions['secretKey']): () => readonly Uint8Array[] {
  if (isRollingSecret(secretKey)) return secretKey.secrets
  const list: readonly unknown[] = Array.isArray(secretKey) ? secretKey : [secretKey]
  const secrets = readSecrets(list, {
    owner: 'secretKey',
    nameOf: (index) => (list.length > 1 ? `secretKey[${index}]` : 'secretKey'),
  })
  return () => secrets
}

function readIndexKey(
  { secretKey, indexKey }: KeyringOptions,
  [first, second]: readonly Uint8Array[],
): Uint8Array {
  if (indexKey !== undefined) return readSecret(indexKey, 'indexKey')
  if (isRollingSecret(secretKey))
    throw new SessionUsageError(
      'ERR_CONFIG_INVALID',
      'secretKey is a rolling secret and indexKey is not set, so after a roll and a restart the users would have other names. ' +
        'Set indexKey to a secret of its own, which need not ever change; if there are sessions already, to the secret that was the only secretKey before.',
    )
  if (first && !second) return first
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'secretKey lists several secrets and indexKey is not set, so it is open which of them names the users. ' +
      'Set indexKey to the secret that was the only secretKey before; it need not ever change.',
  )
}
