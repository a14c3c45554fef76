import { readFileSync, type Stats } from 'node:fs'
import { SessionUsageError } from '../errors.ts'

/** Eight secrets and their line ends take less than 1 KiB each. */
const maxFileBytes = 8192

/**
 * Returns the secret in a file, as Docker and Kubernetes mount it, without the line ends at its end.
 * @throws SessionUsageError `ERR_SECRET_WEAK` if the file cannot be read, or is not text in UTF-8.
 * @example
 * ```ts
 * const manager = createSessionManager(defaultConfig(secretFromFile('/run/secrets/session'), { store }))
 * ```
 */
export function secretFromFile(path: string): string {
  try {
    return decodeFile(readFileSync(path), path).replace(/[\r\n]+$/, '')
  } catch (error) {
    throw asFileError(error, path)
  }
}

/**
 * Returns the content of a secret file as text, without a mark of its byte order, which editors add.
 * @throws SessionUsageError `ERR_SECRET_WEAK` if it is not UTF-8: of random bytes, as text, half would be lost.
 */
export function decodeFile(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new SessionUsageError(
      'ERR_SECRET_WEAK',
      `The secret file ${path} is not text in UTF-8. Make it anew, for example by: openssl rand -base64 32 > FILE (not in PowerShell, which writes UTF-16)`,
      cause,
    )
  }
}

/**
 * Refuses what cannot be a secret file, before it is read: the reading of a named pipe may wait for ever.
 * @throws SessionUsageError `ERR_SECRET_WEAK`.
 */
export function checkFile(stats: Stats, path: string): void {
  if (!stats.isFile())
    throw new SessionUsageError(
      'ERR_SECRET_WEAK',
      `The secret file ${path} is no file. Check which path the secret is mounted at.`,
    )
  if (stats.size > maxFileBytes)
    throw new SessionUsageError(
      'ERR_SECRET_WEAK',
      `The secret file ${path} is ${stats.size} bytes long, over ${maxFileBytes}. Check that this path is the one of the secrets.`,
    )
}

/** Returns the error for a secret file that cannot be used, whatever was thrown. */
export function asFileError(error: unknown, path: string): SessionUsageError {
  if (error instanceof SessionUsageError) return error
  return new SessionUsageError(
    'ERR_SECRET_WEAK',
    `The secret file ${path} cannot be read. Check that the secret is mounted there and readable by this user.`,
    error,
  )
}
