// The programs the tests drive: where they are found, and what installs them.
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/** Where Debian puts the binaries of PostgreSQL, newest first. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return []
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(root, version, 'bin'))
}

export const programs = {
  Chromium: {
    variable: 'CHROMIUM',
    binaries: ['chromium', 'chromium-headless-shell', 'chromium-browser', 'google-chrome'],
    names: { apt: 'chromium', dnf: 'chromium', apk: 'chromium', brew: '--cask chromium' },
  },
  nginx: {
    variable: 'NGINX_BINARY', // nginx itself reads NGINX, as the sockets that it inherits
    binaries: ['nginx', '/usr/sbin/nginx'],
    names: { apt: 'nginx-light', dnf: 'nginx', apk: 'nginx', brew: 'nginx' },
  },
  PostgreSQL: {
    variable: 'POSTGRES',
    binaries: ['postgres', ...postgresFolders().map((folder) => join(folder, 'postgres'))],
    names: {
      apt: 'postgresql',
      dnf: 'postgresql-server',
      apk: 'postgresql16',
      brew: 'postgresql@16',
    },
  },
  'redis-server': {
    variable: 'REDIS_SERVER',
    binaries: ['redis-server', 'valkey-server'],
    names: { apt: 'redis-server', dnf: 'valkey', apk: 'redis', brew: 'redis' },
  },
}

export type Program = keyof typeof programs

/** Returns the command that installs programs, for each package manager in a line. */
export function howToInstall(lack: readonly Program[]): string {
  const names = (manager: 'apt' | 'dnf' | 'apk' | 'brew') =>
    lack.map((name) => programs[name].names[manager]).join(' ')
  return `  Debian, Ubuntu   sudo apt-get install ${names('apt')}
  Fedora           sudo dnf install ${names('dnf')}
  Alpine           apk add ${names('apk')}
  macOS            brew install ${names('brew')}`
}

/** The path of a program: what its environment variable says, else the first on PATH. */
export function locate(name: Program, env = process.env): string | undefined {
  const { variable, binaries } = programs[name]
  return env[variable] ?? binaries.map((binary) => onPath(binary, env)).find(Boolean)
}

export function onPath(binary: string, env = process.env): string | undefined {
  if (isAbsolute(binary)) return isExecutable(binary) ? binary : undefined
  const folders = (env['PATH'] ?? '').split(delimiter)
  return folders.map((folder) => join(folder, binary)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
