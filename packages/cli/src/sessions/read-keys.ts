import { randomBytes } from 'node:crypto'
import type { SessionOptions as ManagerOptions } from '@sojourn/core'
import { usageFailure } from '../failure.ts'
import { readTextFile } from '../read-files.ts'
import type { KeyOptions } from './options.ts'

/** The keys of an application, as `createSessionManager` takes them. */
export type Keys = Pick<ManagerOptions, 'indexKey' | 'cookieName'> & {
  readonly secretKey: readonly string[]
  readonly namespace?: string
}

/**
 * Reads the keys of an application. The ids of its sessions derive from the `indexKey`; without one, from its only secret.
 * @throws Failure with the status `usage` if there is no key, or a file cannot be read.
 */
export function readKeys(options: KeyOptions): Keys {
  const { secretFile, indexKeyFile, cookieName, namespace } = options
  if (secretFile === undefined && indexKeyFile === undefined)
    throw usageFailure(
      'The sessions of an application are found by its secret, and none is given.',
      'Give --secret-file FILE; or --index-key-file FILE, if the application has an indexKey.',
    )
  const secrets = secretFile === undefined ? [] : linesOf(secretFile, '--secret-file')
  const [indexKey] = indexKeyFile === undefined ? [] : linesOf(indexKeyFile, '--index-key-file')
  if (indexKey === undefined && secrets.length > 1)
    throw usageFailure(
      `${secretFile} lists ${secrets.length} secrets, so the application has an indexKey.`,
      'Give it by --index-key-file FILE.',
    )
  // Nothing here is signed: operators have no token. Without the secret another one does.
  const unused = () => [randomBytes(32).toString('base64url')]
  return {
    secretKey: secrets.length > 0 ? secrets : unused(),
    ...(indexKey !== undefined && { indexKey }),
    cookieName,
    ...(namespace !== undefined && { namespace }),
  }
}

/**
 * Returns the lines of a secret file that are not empty.
 * @throws Failure with the status `usage` if there are none.
 */
function linesOf(file: string, option: string): readonly string[] {
  const lines = readLines(file, option)
  if (lines.length > 0) return lines
  throw usageFailure(`${file} is empty.`, 'sojourn secret makes a secret.')
}

/** Returns the lines of a file that are not empty, without a byte order mark: those that an application reads. */
export function readLines(file: string, option: string): readonly string[] {
  return readTextFile(file, option)
    .replace(/^\ufeff/, '')
    .split(/[\r\n]+/)
    .filter((line) => line !== '')
}
