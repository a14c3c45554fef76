import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SessionUsageError } from '../errors.ts'
import { hmac } from './hmac.ts'

/**
 * A secret of at least 32 random bytes, as bytes or as text. `openssl rand -base64 32` prints one. Text is used as it is, not
 * decoded. Text of hexadecimal digits has 4 bits in each, so it needs 64 of them, read as bytes too: `openssl rand -hex 32`.
 */
export type Secret = string | Uint8Array

/** The keys of one manager. */
export interface Keyring {
  /**
   * Returns one key per secret, first the one that signs, derived by HKDF for the purpose, the cookie name and the
   * namespace.
   * @see RFC 5869
   */
  derive(purpose: string): readonly KeyObject[]
  /** Like `derive`, but the same for all cookie names of a namespace: for what its managers read of each other. */
  deriveShared(purpose: string): readonly KeyObject[]
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
  /** One secret, or up to 8: the first signs, all verify. */
  readonly secretKey: Secret | readonly Secret[]
  /** The secret behind `deriveIndex`. @default the single secret of `secretKey`; required if there are several */
  readonly indexKey?: Secret | undefined
  readonly cookieName: string
  /** What keeps the sessions of two applications apart. @default the cookie name */
  readonly namespace?: string
}

const minSecretBytes = 32
const maxSecrets = 8
/** Texts that occur in the secrets of tutorials and templates. */
const knownSamples = [
  'keyboard cat',
  'changeme',
  'change-me',
  'change_me',
  'change me',
  'your-secret',
  'your_secret',
  'your secret',
  'your-32-byte',
  'my-secret',
  'mysecret',
  'secret-key',
  'secret_key',
  'secretkey',
  'supersecret',
  'super-secret',
  'password',
  'insecure',
  'not-so-secret',
  '0123456789abcdef',
  'abcdefghijklmnop',
]

/**
 * Checks the secrets and returns their keyring.
 * @throws SessionUsageError `ERR_SECRET_WEAK` for a secret that is missing, short, repetitive, well known or given
 * twice; the message never contains the secret. `ERR_CONFIG_INVALID` for several secrets without `indexKey`.
 */
export function createKeyring(options: KeyringOptions): Keyring {
  const { secretKey, indexKey, cookieName, namespace = cookieName } = options
  const secrets = readSecrets(secretKey)
  const indexSecret = readIndexKey(indexKey, secrets)
  const deriveIndex: Keyring['deriveIndex'] = (purpose) =>
    deriveKey(indexSecret, [`index/${purpose}`, namespace])
  const stamps = deriveIndex('stamp')
  return {
    derive: (purpose) =>
      secrets.map((secret) => deriveKey(secret, [purpose, cookieName, namespace])),
    deriveShared: (purpose) =>
      secrets.map((secret) => deriveKey(secret, [`shared/${purpose}`, namespace])),
    deriveIndex,
    stampHash: (userId, stamp) => shortMac(stamps, `${userId.length}.${userId}.${stamp}`),
  }
}

function shortMac(key: KeyObject, text: string): string {
  return hmac(key, text).toString('base64url', 0, 12)
}

/**
 * Returns the secret in a file, as Docker and Kubernetes mount it, without the line ends at its end.
 * @throws SessionUsageError `ERR_SECRET_WEAK` if the file cannot be read.
 * @example
 * ```ts
 * const manager = createSessionManager(defaultConfig(secretFromFile('/run/secrets/session'), { store }))
 * ```
 */
export function secretFromFile(path: string): string {
  try {
    return readFileSync(path, 'utf8').replace(/[\r\n]+$/, '')
  } catch (cause) {
    throw new SessionUsageError(
      'ERR_SECRET_WEAK',
      `The secret file ${path} cannot be read. Check that the secret is mounted there and readable by this user.`,
      cause,
    )
  }
}

/** Derives a key for a purpose. The names are joined as JSON, so that no two lists of them make the same text. */
function deriveKey(secret: Uint8Array, names: readonly string[]): KeyObject {
  const info = JSON.stringify(['sojourn/v2', ...names])
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', info, 32)))
}

function readSecrets(secretKey: Secret | readonly Secret[]): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(secretKey) ? secretKey : [secretKey]
  if (list.length < 1 || list.length > maxSecrets)
    throw weakSecret(
      `secretKey lists ${list.length} secrets; give 1 to ${maxSecrets}, the one that signs first`,
    )
  const secrets = list.map((secret, index) =>
    readSecret(secret, list.length > 1 ? `secretKey[${index}]` : 'secretKey'),
  )
  const distinct = new Set(secrets.map((secret) => Buffer.from(secret).toString('base64')))
  if (distinct.size < secrets.length)
    throw weakSecret('secretKey lists the same secret twice; remove one of them')
  return secrets
}

function readIndexKey(indexKey: Secret | undefined, secrets: readonly Uint8Array[]): Uint8Array {
  if (indexKey !== undefined) return readSecret(indexKey, 'indexKey')
  const [first, second] = secrets
  if (first && !second) return first
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'secretKey lists several secrets and indexKey is not set, so it is open which of them names the users. ' +
      'Set indexKey to the secret that was the only secretKey before; it need not ever change.',
  )
}

function readSecret(secret: unknown, name: string): Uint8Array {
  if (secret === undefined || secret === null || secret === '')
    throw weakSecret(
      `${name} is missing; check that the environment variable or the secret file is set`,
    )
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array))
    throw weakSecret(
      `${name} is a ${secret instanceof Promise ? 'Promise' : typeof secret}, not a string or Uint8Array`,
    )
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret.slice()
  if (bytes.length < minSecretBytes)
    throw weakSecret(`${name} is ${bytes.length} bytes long, under ${minSecretBytes}`)
  const digits = bitsOfDigits(Buffer.from(bytes).toString('latin1'))
  if (digits !== undefined && digits < minSecretBytes * 8)
    throw weakSecret(
      `${name} consists of digits, hexadecimal or decimal, that hold at most ${digits} random bits, under ${minSecretBytes * 8}`,
    )
  if (isRepetitive(bytes))
    throw weakSecret(`${name} repeats itself or has too few different characters`)
  const text = Buffer.from(bytes).toString('latin1').toLowerCase()
  if (knownSamples.some((sample) => text.includes(sample)))
    throw weakSecret(`${name} looks like a sample or a password from a tutorial`)
  return bytes
}

/**
 * Returns how many random bits a text of hexadecimal or decimal digits can hold, a UUID for example; `undefined` for other
 * text. Such text says how many random bytes were meant, while that of a phrase cannot be told; and 32 characters of
 * base64 hold 192 bits, well above the 128 that ASVS 5.0 asks for (11.2.3). Bytes are looked at as text too: a file that is read without an encoding.
 */
function bitsOfDigits(text: string): number | undefined {
  const digits = text.replace(/[\s:_.,;{}()[\]"'-]|0x|\\x/gi, '')
  if (!/^[0-9a-f]+$/i.test(digits)) return undefined
  return Math.floor(digits.length * (/^\d+$/.test(digits) ? Math.log2(10) : 4))
}

function isRepetitive(bytes: Uint8Array): boolean {
  return new Set(bytes).size < 10 || /^(.+?)\1+$/s.test(Buffer.from(bytes).toString('latin1'))
}

function weakSecret(what: string): SessionUsageError {
  return new SessionUsageError(
    'ERR_SECRET_WEAK',
    `${what}. Give at least 32 random bytes, such as the output of: openssl rand -base64 32`,
  )
}
