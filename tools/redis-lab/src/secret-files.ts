import { randomBytes } from 'node:crypto'
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

/** A file of secrets on one server. */
export interface TextFile {
  readonly path: string
  /** Replaces the file at once, as a mounted secret is. */
  write(...lines: readonly string[]): void
}

/** Creates files of secrets in a folder that is removed after the test. */
export interface TextFiles {
  /** Returns a new secret of 32 random bytes. */
  newText(): string
  create(...lines: readonly string[]): TextFile
}

/** Returns what creates the files of one test. */
export function secretFiles(): TextFiles {
  const folder = mkdtempSync(join(tmpdir(), 'redis-lab-secrets-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  let count = 0
  return {
    newText: () => randomBytes(32).toString('base64url'),
    create(...lines) {
      const path = join(folder, `secret-${++count}`)
      const file: TextFile = {
        path,
        write(...texts) {
          writeFileSync(`${path}.new`, texts.map((text) => `${text}\n`).join(''), { mode: 0o600 })
          renameSync(`${path}.new`, path)
        },
      }
      file.write(...lines)
      return file
    },
  }
}
