import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

// Every entry point in a package's exports is an entry of tsup; tsc -b writes the declarations before.
function entries(folder: string): string[] {
  const { exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  return Object.values<{ '@sojourn/source'?: string }>(exports)
    .flatMap((target) => target['@sojourn/source'] ?? [])
    .map((source) => `${folder}/${source}`)
}

const folders = readdirSync('packages').map((name) => `packages/${name}`)

export default defineConfig(
  folders.map((folder) => ({
    entry: entries(folder),
    outDir: `${folder}/dist`,
    format: 'esm' as const,
    target: 'node20',
    skipNodeModulesBundle: true,
    dts: false,
    clean: false,
    silent: true,
  })),
)
