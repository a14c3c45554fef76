// Writes packages/*/dist/cjs: each built module once more, as CommonJS, for programs that cannot require ES modules.
import {
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { packageNames } from './files.ts'

/** Dependencies that are published as ES modules only: the CommonJS of a package contains them. */
const esmOnly = ['jose']

/** One file becomes one file: as in `dist`, the entry points of a package share their modules, and so their state. */
async function buildCjs(folder: string) {
  const dist = join(folder, 'dist')
  const cjs = join(dist, 'cjs')
  rmSync(cjs, { recursive: true, force: true })
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const bundled = esmOnly.filter((name) => name in dependencies)
  const external = [
    '@sojourn/*',
    ...Object.keys(dependencies).filter((name) => !bundled.includes(name)),
  ]
  const files = readdirSync(dist, { recursive: true, encoding: 'utf8' })
  await build({
    entryPoints: files.filter((file) => file.endsWith('.js')).map((file) => join(dist, file)),
    outdir: cjs,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    ...(bundled.length > 0 && { bundle: true, external }),
  })
  for (const file of files.filter((name) => name.endsWith('.d.ts')))
    cpSync(join(dist, file), join(cjs, file))
  for (const name of bundled) {
    const licence = join(realpathSync(join(folder, 'node_modules', name)), 'LICENSE.md')
    cpSync(licence, join(cjs, `LICENSE-${name}.md`))
  }
  writeFileSync(join(cjs, 'package.json'), '{ "type": "commonjs", "sideEffects": false }\n')
}

const folders = packageNames('.').map((name) => join('packages', name))
await Promise.all(
  folders.filter((folder) => existsSync(join(folder, 'dist/index.js'))).map(buildCjs),
)
