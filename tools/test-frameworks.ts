// Promises that the journey passes on the production servers of Next.js, React Router and SvelteKit, which it installs and builds.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { plainEnv } from './env.ts'

const root = join(import.meta.dirname, '..')
const workspace = join(root, 'examples/frameworks')
const secret = randomBytes(32).toString('base64') // Next.js loads the manager when it builds
const pnpm = ['npx', '-y', 'pnpm@10.34.9']

const packages = ['core', 'web', 'next', 'store-memory'].map((name) => `packages/${name}`)

// What an application imports is what is published: declarations, then code.
run(root, ['npx', 'tsc', '-b', ...packages])
run(root, ['npx', 'tsup'])
run(root, ['npx', 'tsx', 'tools/build-cjs.ts'])
run(workspace, [...pnpm, 'install', '--frozen-lockfile'])
run(workspace, [...pnpm, '--recursive', 'build'])
run(workspace, [...pnpm, '--recursive', 'types'])
run(root, ['npx', 'vitest', 'run', '--project', 'frameworks'])

/** Ends this process where a step fails. */
function run(cwd: string, [program = '', ...words]: readonly string[]) {
  const env = { ...plainEnv, NEXT_TELEMETRY_DISABLED: '1', SESSION_SECRET: secret }
  const start = performance.now()
  const { status } = spawnSync(program, words, { cwd, env, stdio: 'inherit' })
  console.log(`${words.join(' ')}: ${((performance.now() - start) / 1000).toFixed(1)} s`)
  if (status !== 0) process.exit(1)
}
