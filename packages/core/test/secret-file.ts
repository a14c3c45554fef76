import { randomBytes } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

export const newSecret = (): string => randomBytes(32).toString('base64url')

/** A file of secrets on one server. */
export interface SecretFile {
  readonly path: string
  /** Replaces the file by one with these lines, written at the time of the test's clock. */
  write(...lines: string[]): void
}

/** Creates a file of secrets in a folder of its own. `clock` is the time of the test. */
export function secretFile(clock: { readonly now: number }, ...lines: string[]): SecretFile {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-secret-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const path = join(folder, 'session')
  const file: SecretFile = {
    path,
    write(...secrets) {
      writeFileSync(`${path}.new`, secrets.map((secret) => `${secret}\n`).join(''))
      utimesSync(`${path}.new`, clock.now / 1000, clock.now / 1000)
      renameSync(`${path}.new`, path)
    },
  }
  file.write(...lines)
  return file
}
