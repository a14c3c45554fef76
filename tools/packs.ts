// Packs the packages as they are published: what check-packs checks, and test-runtimes installs.
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { packageNames } from './files.ts'
import { run } from './run.ts'

const root = join(import.meta.dirname, '..')

/** The folder of the tarballs. */
export const packs = join(root, '.packs')

/**
 * Packs all packages, whose dist must be built, into an empty `.packs`. Returns the paths of their tarballs by folder name: `core`, …
 * @throws Error with what pnpm printed, if it fails.
 */
export function packPackages(): Map<string, string> {
  rmSync(packs, { recursive: true, force: true })
  const words = ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', packs]
  const { failed, output } = run('pnpm', words, root)
  if (failed) throw new Error(output)
  return new Map(
    packageNames(root).map((name) => [name, join(packs, `sojourn-${name}-${versionOf(name)}.tgz`)]),
  )
}

function versionOf(name: string): string {
  return JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')).version
}
