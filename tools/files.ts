// Lists the repository's own files: without hidden, installed and built ones.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const skipped = ['node_modules', 'dist', 'coverage']

/** Returns the files below a folder whose names end in one of `endings`, sorted. Paths begin with the folder. */
export function filesBelow(folder: string, ...endings: string[]): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !skipped.includes(name))
    .sort((a, b) => a.name.localeCompare(b.name))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path, ...endings)
    return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : []
  })
}

/** Returns the names of the folders in packages/. */
export function packageNames(root: string): string[] {
  return readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
