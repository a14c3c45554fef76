// Promises that the binding suite passes on Bun and on Deno: the same file that vitest runs on Node, under their own servers.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

interface Runtime {
  readonly name: string
  readonly package: string
  readonly words: readonly string[]
}

const source = '--conditions=@sojourn/source'
const runtimes: readonly Runtime[] = [
  { name: 'Bun', package: 'bun@1.4.5', words: [source] },
  { name: 'Deno', package: 'deno@2.9.6', words: ['run', '--allow-all', '--no-check', source] },
]

/** What pnpm tells the scripts that it runs would be taken for options by the npx within. */
const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)))

const failed = runtimes.filter(({ name, package: version, words }) => {
  const command = ['-y', version, ...words, 'test/runtimes/run.ts', name]
  const cwd = join(import.meta.dirname, '../packages/hono')
  return spawnSync('npx', command, { cwd, env, stdio: 'inherit' }).status !== 0
})
process.exitCode = failed.length === 0 ? 0 : 1
