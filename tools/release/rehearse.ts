import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { followReadme } from './follow-readme.ts'
import { followTutorial } from './follow-tutorial.ts'
import { startRegistry } from './registry.ts'

const execute = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const pnpm = ['npx', '-y', 'pnpm@10.34.9']
const committer = ['-c', 'user.name=Rehearsal', '-c', 'user.email=rehearsal@localhost']
const installed = ['core', 'express', 'store-cookie'].map((name) => `@sojourn/${name}`)
const secret = randomBytes(32).toString('base64')

/** Runs a command. @throws Error with what it printed, if it fails */
type Run = (...words: string[]) => Promise<unknown>

/**
 * Rehearses a release with a registry of its own, on a clone of what is committed: numbers the packages and publishes them,
 * follows the README and the tutorial with them, installs them in an empty folder and logs in there; then releases a minor version, upgrades, and finds that user still
 * logged in.
 * @param say is told of each step that is done.
 * @throws Error if a step fails.
 */
export async function rehearseRelease(say: (step: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-release-'))
  const registry = await startRegistry(join(folder, 'registry'))
  const runIn = (cwd: string): Run => {
    return async (program = '', ...args) => {
      const running = execute(program, args, { cwd, env: registry.env, maxBuffer: 2 ** 26 })
      await running.catch(({ message, stdout }) => {
        throw new Error(`${message}\n${stdout}`)
      })
    }
  }
  try {
    const clone = join(folder, 'clone')
    await runIn(folder)('git', 'clone', '--quiet', root, clone)
    const inClone = runIn(clone)
    await inClone(...pnpm, 'install', '--frozen-lockfile')
    const first = await release(clone, inClone)
    say(`${first} is released`)

    const start = join(folder, 'readme')
    mkdirSync(start)
    await followReadme(start, registry.env)
    say('the first steps of the README are followed')

    await followTutorial(join(folder, 'tutorial'), registry.env, say)

    const app = join(folder, 'app')
    mkdirSync(app)
    copyFileSync(join(import.meta.dirname, 'server.mjs'), join(app, 'server.mjs'))
    await runIn(app)('npm', 'install', '--no-fund', '--no-audit', 'express', ...installed)
    const cookie = await logIn(app)
    say('it is installed in an empty folder, and a user is logged in')

    const change = "---\n'@sojourn/core': minor\n---\n\nSomething to upgrade to.\n"
    writeFileSync(join(clone, '.changeset/rehearsal.md'), change)
    const second = await release(clone, inClone)
    if (second === first) throw new Error(`A minor change of ${first} is released as ${second}`)
    say(`${second} is released`)

    await runIn(app)(
      'npm',
      'install',
      '--no-fund',
      '--no-audit',
      ...installed.map((name) => `${name}@latest`),
    )
    const present = versionOf(join(app, 'node_modules/@sojourn/core'))
    if (present !== second) throw new Error(`npm install @latest left ${present} there`)
    const user = await whoIs(app, cookie)
    if (user !== 'Ada') throw new Error(`After the upgrade, the cookie of Ada is that of ${user}`)
    say('the application is upgraded, and the user is still logged in')
  } finally {
    registry.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Numbers, commits, builds and publishes the packages, in the order of a release. Returns their version. */
async function release(clone: string, run: Run): Promise<string> {
  await run(...pnpm, 'run', 'number')
  await run('git', 'add', '.')
  await run('git', ...committer, 'commit', '--quiet', '--message', 'release')
  await run(...pnpm, 'build') // writes the numbers into the code
  await checkBuiltVersion(join(clone, 'packages/conformance'))
  await run(...pnpm, 'changeset', 'publish', '--no-git-tag')
  return versionOf(join(clone, 'packages/core'))
}

/** Throws unless the kit, whose reports name its version, was built with the one that its package.json has. */
async function checkBuiltVersion(folder: string): Promise<void> {
  const { stdout } = await execute(process.execPath, [join(folder, 'dist/bin.js'), '--version'])
  const [built, numbered] = [stdout.trim(), versionOf(folder)]
  if (built !== numbered) throw new Error(`The kit ${numbered} says that it is ${built}`)
}

function versionOf(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version
}

/** Returns the cookie of a new session of Ada. */
function logIn(app: string): Promise<string> {
  return withServer(app, async (url) => {
    const response = await fetch(`${url}/log-in`, { method: 'POST' })
    return response.headers
      .getSetCookie()
      .map((line) => line.split(';')[0])
      .join('; ')
  })
}

/** Returns whose session a cookie opens. */
function whoIs(app: string, cookie: string): Promise<string> {
  return withServer(app, async (url) => (await fetch(url, { headers: { cookie } })).text())
}

/** Runs the application in its folder while it is visited. */
async function withServer<Result>(
  app: string,
  visit: (url: string) => Promise<Result>,
): Promise<Result> {
  const env = { PATH: process.env['PATH'], SECRET: secret }
  const server = spawn(process.execPath, ['server.mjs'], {
    cwd: app,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const [port] = await once(server.stdout, 'data')
    return await visit(`http://127.0.0.1:${String(port).trim()}`)
  } finally {
    server.kill()
  }
}
