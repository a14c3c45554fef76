// Runs an example, given as the path of its file. On a fresh clone it first installs what the example needs, about 70
// packages instead of 600: the `dependencies` of the root, of the example and of what that is made of. The
// root has bowser, because core finds its optional peer there. This is JavaScript because Node 20 cannot run TypeScript before tsx is installed.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = resolve(import.meta.dirname, '..')
const file = resolve(process.argv[2] ?? '')
const example = relative(root, dirname(file))

// Where everything is installed, everything stays: `--prod` would remove what the example does not need.
const hasEverything = existsSync(resolve(root, 'node_modules/vitest'))
const onlyTheExample = [
  '--prod',
  '--frozen-lockfile',
  '--filter-prod=.',
  `--filter-prod={./${example}}...`,
]
const words = ['install', ...(hasEverything ? [] : onlyTheExample)]
const { status } = spawnSync('pnpm', words, { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

const { register } = await import('tsx/esm/api')
register()
process.argv.splice(1, 2, file) // as if node had been started with it
await import(pathToFileURL(file).href)
