import { SessionUsageError } from '../errors.ts'

/**
 * A secret of at least 32 random bytes, as bytes or as text. `openssl rand -base64 32` prints one. Text is used as it is, not
 * decoded. Text of hexadecimal digits has 4 bits in each, so it needs 64 of them, read as bytes too: `openssl rand -hex 32`.
 */
export type Secret = string | Uint8Array

/** A secret that changes with its file; see `rollingSecret`. Nothing of it can be logged. */
export interface RollingSecret {
  /** Reads the file now. Resolves when its secrets are in use; never rejects. */
  reload(): Promise<void>
  /** For managers: returns the secrets as they are now. The first signs, all verify. */
  secrets(): readonly Uint8Array[]
  /** For managers: begins to read the file regularly. Returns a function that ends it. */
  subscribe(listener: RollListener): () => void
}

/** What a manager hears of its rolling secret. */
export interface RollListener {
  /** Other secrets verify than before, or another one signs. */
  changed(): void
  /** The secret that signs is no longer in the file, so that a server which starts now does not know it. */
  signerGone(path: string): void
  /** The file cannot be used; the secrets stay as they are. Called once per reason until it can be used again. */
  refused(error: SessionUsageError): void
}

/** Returns true for what `rollingSecret` returns, in whichever copy of this package. */
export function isRollingSecret(value: unknown): value is RollingSecret {
  return typeof Object(value).subscribe === 'function'
}

const minSecretBytes = 32
/** How many secrets may verify at once. */
export const maxSecrets = 8
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
 * Returns the bytes of a list of secrets. `nameOf` is how messages call the one at an index, `owner` the whole list.
 * @throws SessionUsageError `ERR_SECRET_WEAK` if one is weak, two are the same, or there are none or more than 8.
 */
export function readSecrets(
  list: readonly unknown[],
  { owner, nameOf }: { owner: string; nameOf: (index: number) => string },
): readonly Uint8Array[] {
  if (list.length < 1 || list.length > maxSecrets)
    throw weakSecret(
      `${owner} lists ${list.length} secrets; give 1 to ${maxSecrets}, the one that signs first`,
    )
  const secrets = list.map((secret, index) => readSecret(secret, nameOf(index)))
  const distinct = new Set(secrets.map((secret) => Buffer.from(secret).toString('base64')))
  if (distinct.size < secrets.length)
    throw weakSecret(`${owner} lists the same secret twice; remove one of them`)
  return secrets
}

/**
 * Returns the bytes of one secret. `name` is how the message calls it.
 * @throws SessionUsageError `ERR_SECRET_WEAK`.
 */
export function readSecret(secret: unknown, name: string): Uint8Array {
  if (secret === undefined || secret === null || secret === '')
    throw weakSecret(
      `${name} is missing; check that the environment variable or the secret file is set`,
    )
  if (typeof secret !== 'string' && !(secret instanceof Uint8Array))
    throw weakSecret(
      `${name} is a ${secret instanceof Promise ? 'Promise' : typeof secret}, not a string or Uint8Array`,
    )
  const lines = typeof secret === 'string' ? linesOf(secret) : []
  if (lines.length > 1 && lines.every((line) => line.length >= minSecretBytes))
    throw weakSecret(
      `${name} is ${lines.length} lines, each long enough for a secret. To follow a file with a secret per line, give ` +
        'rollingSecret(path) as secretKey; for a single secret, remove the line ends',
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

/** Returns the lines of a text that are not empty. */
function linesOf(text: string): readonly string[] {
  return text.split(/[\r\n]+/).filter((line) => line !== '')
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
