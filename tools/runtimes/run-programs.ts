import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openPage } from './chromium.ts'
import type { Runtime } from './claims.ts'
import { bundle, commandOf, forWorkerd, workerdConfig, workerdTest } from './commands.ts'
import { executeLoudly } from './folder.ts'

/** What became of a program on a runtime. */
export interface Outcome {
  readonly name: string
  /** How long it took. */
  readonly ms?: number
  /** Why it failed; absent if it passed. */
  readonly error?: string
}

/** Runs programs in a folder on a runtime. Those of which nothing is heard have failed. */
export async function runPrograms(
  folder: string,
  runtime: Runtime,
  names: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<Outcome[]> {
  const printed = await print(folder, runtime, names, env).catch(({ message }) => String(message))
  const outcomes = [...printed.matchAll(/^result (.*)$/gm)].map(
    ([, json = '']): Outcome => JSON.parse(json),
  )
  const error = `It printed no result:\n${printed}`
  return names.map((name) => outcomes.find((outcome) => outcome.name === name) ?? { name, error })
}

async function print(...[folder, runtime, names, env]: Parameters<typeof runPrograms>) {
  if (runtime === 'workerd') return runWorker(folder)
  if (runtime === 'chromium') return runPage(folder)
  return executeLoudly('npx', [...commandOf(runtime), 'run.mjs', ...names], folder, env)
}

/** Runs the programs that need no server of their own on workerd, and returns what it printed. */
async function runWorker(folder: string): Promise<string> {
  await bundle(folder, 'worker', forWorkerd)
  writeFileSync(join(folder, 'worker.capnp'), workerdConfig('worker'))
  return executeLoudly('npx', workerdTest('worker'), folder)
}

/** Runs the program of pages in Chromium, and returns its result as programs print theirs. */
async function runPage(folder: string): Promise<string> {
  const file = await bundle(folder, 'browser-page', { platform: 'browser', minify: true })
  const why = await openPage(readFileSync(file, 'utf8'))
  const error = why === 'expired' ? undefined : `The page takes a session that is over for ${why}`
  return `result ${JSON.stringify({ name: 'browser-page', error })}`
}
