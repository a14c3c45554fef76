// Promises the project's own files, in order, without what is installed, built or hidden.
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const foreign = ['node_modules', 'dist', 'coverage']

/** The files below a folder whose name ends in one of the endings; paths start with the folder. */
export function filesBelow(folder: string, ...endings: string[]): string[] {
  if (!existsSync(folder)) return []
  const entries = readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith('.') && !foreign.includes(name))
    .sort((a, b) => a.name.localeCompare(b.name))
  return entries.flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return filesBelow(path, ...endings)
    return endings.some((ending) => entry.name.endsWith(ending)) ? [path] : []
  })
}

/** The names of the folders in packages/. */
export function packageNames(root: string): string[] {
  return readdirSync(join(root, 'packages'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
}
