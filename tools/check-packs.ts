// Checks the tarballs that pnpm packs: publint and attw accept them, `exports` and `publishConfig.exports` agree, README and
// license are inside, and no source map points to a file that is not.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { packageNames } from './files.ts'
import { isMain, type Problem, report } from './report.ts'

const bin = join(import.meta.dirname, '../node_modules/.bin')
const packs = join(import.meta.dirname, '../.packs')

/** Packs the package in `folder`, whose dist must be built, and returns its problems. */
export function checkPack(folder: string): Problem[] {
  const file = join(folder, 'package.json')
  const drift = whyDrifted(JSON.parse(readFileSync(file, 'utf8')))
  if (drift) return [{ file, line: 1, message: drift }]

  const pack = run('pnpm', ['pack', '--pack-destination', packs], folder)
  if (pack.failed) return [{ file, line: 1, message: `cannot be packed:\n${pack.output}` }]
  const tarball = pack.output.split('\n').at(-1) ?? ''
  return inspect(tarball).map((message) => ({ file, line: 1, message }))
}

/** Returns what is wrong with a tarball: with its list of files, or according to publint and attw. */
export function inspect(tarball: string): string[] {
  const { output: files } = run('tar', ['-tzf', tarball])
  const publint = run(join(bin, 'publint'), ['--strict', tarball])
  const attw = run(join(bin, 'attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii'])
  const refused = Object.entries({ publint, attw })
    .filter(([, { failed }]) => failed)
    .map(([name, { output }]) => `${name} refuses what pnpm packs:\n${output}`)
  return [...problemsOfFiles(files.split('\n')), ...refused]
}

/** Sources are not packed, so a source map would point to nothing; declarations contain the docstrings. */
function problemsOfFiles(files: readonly string[]): string[] {
  const missing = ['README.md', 'LICENSE'].filter((name) => !files.includes(`package/${name}`))
  const maps = files.filter((file) => file.endsWith('.map'))
  return [
    ...missing.map((name) => `${name} is not packed`),
    ...maps.map((map) => `${map} is packed, and what it maps to is not: drop it`),
  ]
}

interface Manifest {
  exports: object
  publishConfig: { exports: object }
}

/** Returns a message unless publishConfig.exports is `exports` without the source condition, which only the workspace has. */
export function whyDrifted({ exports, publishConfig }: Manifest): string | undefined {
  const published = JSON.parse(JSON.stringify(exports), (key, value) =>
    key === '@sojourn/source' ? undefined : value,
  )
  if (isDeepStrictEqual(published, publishConfig.exports)) return undefined
  return 'publishConfig.exports differs from exports without "@sojourn/source": make them agree'
}

function run(program: string, args: string[], cwd?: string) {
  const env = { ...process.env, NO_COLOR: '1' }
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd,
    env,
  })
  return { failed: status !== 0, output: error?.message ?? `${stdout}${stderr}`.trim() }
}

if (isMain(import.meta.filename))
  report(packageNames('.').flatMap((name) => checkPack(join('packages', name))))
