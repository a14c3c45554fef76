// Promises that the binding suite passes on Bun, Deno and workerd: the same file that vitest runs on Node.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { build } from 'esbuild'
import { plainEnv as env } from './env.ts'

const packages = join(import.meta.dirname, '../packages')
const folder = join(packages, 'hono/test/runtimes')
const web = join(packages, 'web/test/runtimes')
const source = '--conditions=@sojourn/source'

const bun = ['bun@1.4.5', source, 'run.ts', 'Bun']
const deno = ['deno@2.9.6', 'run', '--allow-all', '--no-check', source, 'run.ts', 'Deno']

const runs: readonly (readonly [folder: string, words: readonly string[]])[] = [
  [folder, bun],
  [folder, deno],
  [folder, ['workerd@1.20261117.1', 'test', 'workerd.capnp']],
  [web, bun],
  [web, deno],
  [join(packages, 'conformance/test/programs'), ['bun@1.4.5', 'test', './dist/suite.test.mjs']],
]

// workerd takes one module.
await build({
  entryPoints: [join(folder, 'worker.ts')],
  outfile: join(folder, 'dist/worker.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['@sojourn/source', 'workerd', 'worker'],
  external: ['node:*'],
})

// The suites of the conformance kit are registered with the test runner of Bun, as with those of Node in the package's tests.
const kit = join(packages, 'conformance/test/programs')
await build({
  entryPoints: [join(kit, 'suite-in-a-runner.ts')],
  outfile: join(kit, 'dist/suite.test.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node',
  conditions: ['@sojourn/source'],
})

const failed = runs.filter(([cwd, words]) => {
  const { status } = spawnSync('npx', ['-y', ...words], { cwd, env, stdio: 'inherit' })
  if (status !== 0) console.error(`The suite failed: ${words[0]} in ${cwd}`)
  return status !== 0
})
process.exitCode = failed.length === 0 ? 0 : 1
