// Starts the demo. On a fresh clone it installs only what the demo needs first, about 70 packages instead of 600: the
// `dependencies` of the root, of the demo and of what the demo is made of. This is JavaScript because Node 20 cannot run
// TypeScript before tsx is installed.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const demo = 'examples/shop-express'

const root = resolve(import.meta.dirname, '..')
const everything = existsSync(join(root, 'node_modules/vitest'))
const onlyTheDemo = ['--prod', '--frozen-lockfile', '--filter=.', `--filter={./${demo}}...`]

// Where everything is installed, `--prod` would remove the packages that the demo does not need.
const words = ['install', ...(everything ? [] : onlyTheDemo)]
const { status } = spawnSync('pnpm', words, { cwd: root, stdio: 'inherit' })
if (status !== 0) process.exit(status ?? 1)

const { register } = await import('tsx/esm/api')
register()
await import(pathToFileURL(join(root, demo, 'server.ts')).href)
