import {
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { usageFailure } from '../failure.ts'

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

/** Replaces a file as a whole: whoever reads it, also after a crash, finds the old text or the new one. Its mode stays. */
export function replaceFile(path: string, text: string): void {
  const target = realpathSync(path)
  const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.tmp`)
  try {
    writeFileSync(temporary, text, { mode: statSync(target).mode, flag: 'wx' })
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
