import { readdirSync, readFileSync } from 'node:fs'
import { defineConfig } from 'tsup'

// Every entry point in a package's exports, and every command in its bin, is an entry of tsup; tsc -b writes the declarations
// before.
function entries(folder: string): string[] {
  const { exports, bin = {} } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'))
  const modules = Object.values<{ '@sojourn/source'?: string }>(exports).flatMap(
    (target) => target['@sojourn/source'] ?? [],
  )
  const commands = Object.values<string>(bin).map((built) =>
    built.replace('/dist/', '/src/').replace(/\.js$/, '.ts'),
  )
  return [...modules, ...commands].map((source) => `${folder}/${source}`)
}

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')).version
}

const folders = readdirSync('packages').map((name) => `packages/${name}`)

export default defineConfig(
  folders.map((folder) => ({
    entry: entries(folder),
    outDir: `${folder}/dist`,
    format: 'esm' as const,
    target: 'node20',
    define: { SOJOURN_VERSION: JSON.stringify(versionOf(folder)) },
    skipNodeModulesBundle: true,
    removeNodeProtocol: false, // workerd and Deno know modules of Node by it, and it needs no look into node_modules
    dts: false,
    clean: false,
    silent: true,
  })),
)
