import {
  accessSync,
  chmodSync,
  constants,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { exitStatus } from '../exit-status.ts'
import { Failure, usageFailure } from '../failure.ts'

const skipped = /^(node_modules|bower_components|dist|build|coverage|\..*)$/
const source = /\.[cm]?[jt]sx?$/

/**
 * Returns the files of JavaScript and TypeScript at some paths, sorted, without those of others (`node_modules`), what is built, and
 * what is hidden. Links to folders are not followed.
 * @throws Failure with the status `usage` for a path that is not there.
 */
export function listSources(paths: readonly string[]): string[] {
  const all = paths.flatMap((path) => {
    if (!statSync(path, { throwIfNoEntry: false }))
      throw usageFailure(`${path} is not there.`, 'Give files and folders of the application.')
    return statSync(path).isDirectory() ? sourcesBelow(path) : [path]
  })
  return [...new Set(all)].sort()
}

function sourcesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (skipped.test(entry.name)) return []
    if (entry.isDirectory()) return sourcesBelow(path)
    return entry.isFile() && source.test(entry.name) && !entry.name.includes('.min.') ? [path] : []
  })
}

/**
 * Returns the text of a file, a byte order mark included.
 * @throws TypeError if it is not UTF-8.
 */
export function readSource(path: string): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(readFileSync(path))
}

/**
 * Replaces files as a whole, which keep their modes: a reader finds the old text or the new one, also after a crash. No file is
 * replaced before the new texts of all are on the disk.
 * @throws Failure with the status `wrong` if one cannot be written; then all are as they were.
 */
export function replaceFiles(files: readonly { path: string; text: string }[]): void {
  const written: { temporary: string; target: string }[] = []
  try {
    for (const { path, text } of files) {
      const target = realpathSync(path)
      const temporary = join(dirname(target), `.sojourn-${process.pid}-${written.length}.tmp`)
      writeFileSync(temporary, text, { flag: 'wx' })
      written.push({ temporary, target })
      accessSync(target, constants.W_OK)
      chmodSync(temporary, statSync(target).mode)
    }
  } catch (error) {
    for (const { temporary } of written) rmSync(temporary, { force: true })
    throw new Failure(
      exitStatus.wrong,
      `Nothing was changed, as a file cannot be written: ${Object(error).message}.`,
      'Make the folder and its files writable, and run this again.',
    )
  }
  for (const { temporary, target } of written) renameSync(temporary, target)
}
