// Lists what the packages export: the pages of the API reference.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './pages.ts'

export interface EntryPoint {
  /** What an application imports: `@sojourn/core/store`. */
  readonly name: string
  /** The folder of its package in packages/. */
  readonly folder: string
  /** The absolute path of its module. */
  readonly source: string
}

/** Returns the entry points of all packages, each package's main one before the others. */
export function entryPoints(): EntryPoint[] {
  return readdirSync(join(root, 'packages')).flatMap((folder) => {
    const manifest = readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8')
    const { name, exports } = JSON.parse(manifest) as Manifest
    return Object.entries(exports).flatMap(([path, target]) => {
      if (path === './package.json') return []
      const source = typeof target === 'object' ? target['@sojourn/source'] : undefined
      if (source === undefined)
        throw new Error(`${name} exports ${path} without the condition @sojourn/source. Add it`)
      return { name: name + path.slice(1), folder, source: join(root, 'packages', folder, source) }
    })
  })
}

interface Manifest {
  readonly name: string
  readonly exports: Readonly<Record<string, string | { readonly '@sojourn/source'?: string }>>
}

/** Returns the address of an entry point's page: `/api/core/store`. */
export function apiAddressOf({ name }: EntryPoint): string {
  return `/api/${name.replace('@sojourn/', '')}`
}
