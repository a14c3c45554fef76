import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageNames } from '../files.ts'

const root = join(import.meta.dirname, '../..')

/** What is used of a package.json. */
export interface Manifest {
  readonly engines?: { readonly node: string }
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** The manifests of all packages, by the names of their folders. */
export const manifests: ReadonlyMap<string, Manifest> = new Map(
  packageNames(root).map((name) => [
    name,
    JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8')),
  ]),
)

const scope = '@sojourn/'

/** Returns the peers of a package that are not our own, and their ranges. */
export function foreignPeers(name: string): [peer: string, range: string][] {
  const peers = Object.entries(manifests.get(name)?.peerDependencies ?? {})
  return peers.filter(([peer]) => !peer.startsWith(scope))
}

/** Returns packages, and all of our own that they need, as folder names. */
export function withOurOwn(names: readonly string[]): string[] {
  const found = new Set<string>()
  const add = (name: string) => {
    if (found.has(name)) return
    found.add(name)
    const { dependencies, peerDependencies } = manifests.get(name) ?? {}
    for (const needed of Object.keys({ ...dependencies, ...peerDependencies }))
      if (needed.startsWith(scope)) add(needed.slice(scope.length))
  }
  for (const name of names) add(name)
  return [...found]
}
