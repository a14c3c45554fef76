// Promises that the programs the tests drive are here: found, or installed (Debian, root), or named with the command to run.
import { spawnSync } from 'node:child_process'
import { howToInstall, locate, onPath, type Program, programs } from './programs.ts'
import { isMain } from './report.ts'

export { locate }

/** Those of the quick tests; `--all` adds those of the long ones. */
const required: Program[] = [
  'redis-server',
  'Chromium',
  'nginx',
  ...(process.argv.includes('--all') ? (['PostgreSQL'] as const) : []),
]

/** What to tell a person whose machine lacks these programs. */
export function advice(lack: Program[]): string {
  return `The tests need ${lack.join(' and ')}. Install with one of:
${howToInstall(lack)}
or set ${lack.map((name) => programs[name].variable).join(' and ')} to a binary. "pnpm test:unit" needs nothing.`
}

function install(lack: Program[]) {
  const packages = lack.map((name) => programs[name].names.apt)
  const command = `apt-get install --no-install-recommends ${packages.join(' ')}`
  console.log(`Missing: ${lack.join(', ')}. Running ${command} (NO_APT=1 forbids it).`)
  apt('update')
  apt('install', '-y', '--no-install-recommends', ...packages)
}

function apt(...words: string[]) {
  spawnSync('apt-get', ['-qq', '-o', 'DPkg::Lock::Timeout=120', ...words], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })
}

function main() {
  const missing = () => required.filter((name) => !locate(name))
  const mayInstall = process.getuid?.() === 0 && onPath('apt-get') && !process.env['NO_APT']
  if (missing().length > 0 && mayInstall) install(missing())
  if (missing().length === 0) return
  console.error(advice(missing()))
  process.exitCode = 1
}

if (isMain(import.meta.filename)) main()
