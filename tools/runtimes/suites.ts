// The suites of the conformance kit, over packed packages, on the runtimes other than Node: the same files that vitest runs on
// Node over the sources.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle, commandOf, forWorkerd, workerdConfig, workerdTest } from './commands.ts'
import { buildInto, executeLoudly } from './folder.ts'

const packages = join(import.meta.dirname, '../../packages')

/** A suite, and how it is run in a folder. */
export interface SuiteRun {
  readonly title: string
  readonly run: (folder: string) => Promise<unknown>
}

export const suites: readonly SuiteRun[] = [
  { title: 'binding suite, Hono on Bun', run: (folder) => runOn('bun', folder, 'hono') },
  { title: 'binding suite, Hono on Deno', run: (folder) => runOn('deno', folder, 'hono') },
  { title: 'binding suite, Hono on workerd', run: runOnWorkerd },
  { title: 'binding suite, web on Bun', run: (folder) => runOn('bun', folder, 'web') },
  { title: 'binding suite, web on Deno', run: (folder) => runOn('deno', folder, 'web') },
  { title: 'backend suite in the test runner of Bun', run: runInRunnerOfBun },
]

async function runOn(runtime: 'bun' | 'deno', folder: string, binding: string) {
  const name = `suite-${binding}-${runtime}`
  await buildInto(folder, { [name]: join(packages, binding, 'test/runtimes/run.ts') })
  await executeLoudly('npx', [...commandOf(runtime), `${name}.mjs`, runtime], folder)
}

async function runOnWorkerd(folder: string) {
  await buildInto(folder, { 'suite-worker': join(packages, 'hono/test/runtimes/worker.ts') })
  await bundle(folder, 'suite-worker', forWorkerd)
  writeFileSync(join(folder, 'suite-worker.capnp'), workerdConfig('suite-worker'))
  await executeLoudly('npx', workerdTest('suite-worker'), folder)
}

async function runInRunnerOfBun(folder: string) {
  const source = join(packages, 'conformance/test/programs/suite-in-a-runner.ts')
  await buildInto(folder, { 'suite.test': source })
  await executeLoudly('npx', [...commandOf('bun'), 'test', './suite.test.mjs'], folder)
}
