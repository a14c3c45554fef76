// Promises that the programs the tests drive are here: found, or installed (Debian, root), or named with the command to run.
import { spawnSync } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { isMain } from './report.ts'

const programs = {
  Chromium: {
    env: 'CHROMIUM',
    binaries: ['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'],
    names: { apt: 'chromium', dnf: 'chromium', apk: 'chromium', brew: '--cask chromium' },
  },
  'redis-server': {
    env: 'REDIS_SERVER',
    binaries: ['redis-server', 'valkey-server'],
    names: { apt: 'redis-server', dnf: 'valkey', apk: 'redis', brew: 'redis' },
  },
}
type Program = keyof typeof programs

const required: Program[] = ['Chromium']

/** The path of a program: what its environment variable says, else the first on PATH. */
export function locate(name: Program, env = process.env): string | undefined {
  return (
    env[programs[name].env] ?? programs[name].binaries.map((bin) => onPath(bin, env)).find(Boolean)
  )
}

const onPath = (binary: string, env = process.env) =>
  (env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, binary))
    .find(isExecutable)

/** What to tell a person whose machine lacks these programs. */
export function advice(lack: Program[]): string {
  const names = (manager: 'apt' | 'dnf' | 'apk' | 'brew') =>
    lack.map((name) => programs[name].names[manager]).join(' ')
  return `The tests need ${lack.join(' and ')}. Install with one of:
  Debian, Ubuntu   sudo apt-get install ${names('apt')}
  Fedora           sudo dnf install ${names('dnf')}
  Alpine           apk add ${names('apk')}
  macOS            brew install ${names('brew')}
or point ${lack.map((name) => programs[name].env).join(' and ')} at a binary. "pnpm test:unit" needs none of them.`
}

function install(lack: Program[]) {
  const packages = lack.map((name) => programs[name].names.apt)
  console.log(
    `Missing: ${lack.join(', ')}. Running apt-get install ${packages.join(' ')} (NO_APT=1 forbids it).`,
  )
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = (...words: string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...words], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env,
    })
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

function main() {
  const missing = () => required.filter((name) => !locate(name))
  const mayInstall = process.getuid?.() === 0 && !process.env['NO_APT']
  if (missing().length > 0 && mayInstall && onPath('apt-get')) install(missing())
  if (missing().length === 0) return
  console.error(advice(missing()))
  process.exitCode = 1
}

if (isMain(import.meta.filename)) main()
