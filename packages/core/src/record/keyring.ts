import { createHmac, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { SessionUsageError } from '../errors.ts'

/** A secret: 32 random bytes or more, as bytes or as text. `openssl rand -base64 32` makes one. */
export type Secret = string | Uint8Array

/** The keys of one manager, each derived for one purpose. */
export interface Keyring {
  /** One key per secret, first the one that signs. Bound to the purpose and the cookie name (HKDF, RFC 5869). */
  derive(purpose: string): readonly KeyObject[]
  /** The group part of the ids of a user: 16 characters that do not tell who it is. */
  userGroup(userId: string): string
}

export interface KeyringOptions {
  /** One secret, or several: the first signs, all verify. At most 8. */
  readonly secretKey: Secret | readonly Secret[]
  /** Names the users' groups. Without it, it derives from a single `secretKey`. */
  readonly indexKey?: Secret | undefined
  readonly cookieName: string
}

const fewest = 32
const most = 8
const samples = [
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
 * Derives all keys, once.
 * @throws SessionUsageError `ERR_SECRET_WEAK` for a secret that is missing, short, monotonous, well known or given
 * twice. The message never holds the secret. `ERR_CONFIG_INVALID` for several secrets without `indexKey`.
 */
export function createKeyring({ secretKey, indexKey, cookieName }: KeyringOptions): Keyring {
  const secrets = readSecrets(secretKey)
  const index = deriveKey(readIndexKey(indexKey, secrets), 'index')
  return {
    derive: (purpose) => secrets.map((secret) => deriveKey(secret, `${purpose}/${cookieName}`)),
    userGroup: (userId) =>
      createHmac('sha256', index).update(userId).digest().subarray(0, 12).toString('base64url'),
  }
}

/**
 * Reads a secret from a file, as Docker and Kubernetes mount them; line ends at its end are not part of it.
 * @throws SessionUsageError `ERR_SECRET_WEAK` when the file cannot be read.
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

function deriveKey(secret: Uint8Array, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', `sojourn/v1/${purpose}`, 32)))
}

function readSecrets(given: Secret | readonly Secret[]): readonly Uint8Array[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : [given]
  if (list.length < 1 || list.length > most)
    throw weak(
      `secretKey lists ${list.length} secrets; give 1 to ${most}, the one that signs first`,
    )
  const secrets = list.map((secret, at) =>
    readSecret(secret, list.length > 1 ? `secretKey[${at}]` : 'secretKey'),
  )
  const distinct = new Set(secrets.map((secret) => Buffer.from(secret).toString('base64')))
  if (distinct.size < secrets.length)
    throw weak('secretKey lists the same secret twice; remove one of them')
  return secrets
}

function readIndexKey(given: Secret | undefined, secrets: readonly Uint8Array[]): Uint8Array {
  if (given !== undefined) return readSecret(given, 'indexKey')
  const [only, another] = secrets
  if (only && !another) return only
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'secretKey lists several secrets and indexKey is not set, so it is open which of them names the users. ' +
      'Set indexKey to the secret that was the only secretKey before; it need not ever change.',
  )
}

function readSecret(given: unknown, name: string): Uint8Array {
  if (given === undefined || given === null || given === '')
    throw weak(`${name} is missing; check that the environment variable or the secret file is set`)
  if (typeof given !== 'string' && !(given instanceof Uint8Array))
    throw weak(
      `${name} is a ${given instanceof Promise ? 'Promise' : typeof given}, not a string or Uint8Array`,
    )
  const bytes = typeof given === 'string' ? new TextEncoder().encode(given) : given.slice()
  if (bytes.length < fewest) throw weak(`${name} is ${bytes.length} bytes long, under ${fewest}`)
  if (isMonotonous(bytes)) throw weak(`${name} repeats itself or has too few different characters`)
  const text = Buffer.from(bytes).toString('latin1').toLowerCase()
  if (samples.some((sample) => text.includes(sample)))
    throw weak(`${name} looks like a sample or a password from a tutorial`)
  return bytes
}

function isMonotonous(bytes: Uint8Array): boolean {
  return new Set(bytes).size < 10 || /^(.+?)\1+$/s.test(Buffer.from(bytes).toString('latin1'))
}

function weak(what: string): SessionUsageError {
  return new SessionUsageError(
    'ERR_SECRET_WEAK',
    `${what}. Give at least 32 random bytes, such as the output of: openssl rand -base64 32`,
  )
}
