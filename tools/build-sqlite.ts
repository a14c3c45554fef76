// Builds the driver of examples/custom-store, if that has not been done: nothing runs at an install, and only `test:all` needs it.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { plainEnv } from './env.ts'

const example = join(import.meta.dirname, '../examples/custom-store')
const load = createRequire(join(example, 'sqlite-backend.ts'))

/** Returns whether the driver opens a database. */
function isBuilt(): boolean {
  try {
    const Database = load('better-sqlite3')
    new Database(':memory:').close()
    return true
  } catch {
    return false
  }
}

/**
 * Takes the binary of the driver's release if that can be downloaded, or compiles it, in about a minute. Where Node has its
 * headers beside it, as Debian's packages and containers do, nothing is downloaded for that.
 */
function build(): void {
  const cwd = dirname(load.resolve('better-sqlite3/package.json'))
  const prefix = dirname(dirname(process.execPath))
  const hasHeaders = existsSync(join(prefix, 'include/node/node.h'))
  const env = { ...plainEnv, ...(hasHeaders && { npm_config_nodedir: prefix }) }
  console.log('Building better-sqlite3 for examples/custom-store.')
  const { stdout, stderr } = spawnSync('npm', ['run', 'install'], { cwd, env, encoding: 'utf8' })
  if (isBuilt()) return
  console.error(`${stdout}${stderr}
better-sqlite3 cannot be built. On Debian, install what compiles it: sudo apt-get install g++ make python3`)
  process.exitCode = 1
}

if (!isBuilt()) build()
