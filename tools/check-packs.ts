// Checks the tarballs that pnpm packs: publint and attw accept them, README and license are inside, links in the README lead
// somewhere, and no source map points to a file that is not. Then installs them, which
// must run no script, loads them in Node and in Jest, runs the command, and follows the first steps of README.md.
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { mapLinks } from './markdown.ts'
import { packPackages, packs } from './packs.ts'
import { isMain, type Problem, report } from './report.ts'
import { run } from './run.ts'
import { repository } from './stage-package.ts'

const root = join(import.meta.dirname, '..')
const bin = join(root, 'node_modules/.bin')

/** Packs all packages, whose dist must be built, and returns the problems of each. */
function checkPacks(): Problem[] {
  const tarballs = [...packPackages().values()]
  return [
    ...tarballs.flatMap((tarball) =>
      inspect(tarball).map((message) => ({ file: tarball, line: 1, message })),
    ),
    ...checkInstalled(tarballs),
  ]
}

/** Returns what is wrong with a tarball: with its files and links, or according to publint and attw. */
export function inspect(tarball: string): string[] {
  const files = run('tar', ['-tzf', tarball], root).output.split('\n')
  const readme = run('tar', ['-xzOf', tarball, 'package/README.md'], root)
  const publint = run(join(bin, 'publint'), ['--strict', tarball], root)
  const attw = run(join(bin, 'attw'), [tarball, '--format', 'ascii'], root)
  const manifest = JSON.parse(run('tar', ['-xzOf', tarball, 'package/package.json'], root).output)
  const refused = Object.entries({ publint, attw })
    .filter(([, { failed }]) => failed)
    .map(([name, { output }]) => `${name} refuses what pnpm packs:\n${output}`)
  return [
    ...problemsOfFiles(files),
    ...deadLinks(readme.output),
    ...loosePeers(manifest),
    ...refused,
  ]
}

/** Sources are not packed, so a source map would point to nothing; declarations contain the docstrings. */
function problemsOfFiles(files: readonly string[]): string[] {
  const missing = ['README.md', 'LICENSE'].filter((name) => !files.includes(`package/${name}`))
  const maps = files.filter((file) => file.endsWith('.map'))
  return [
    ...missing.map((name) => `${name} is not packed`),
    ...maps.map((map) => `${map} is packed, and what it maps to is not: drop it`),
  ]
}

/** Returns the links of a packed README that are relative, or lead to a file that this repository does not have. */
export function deadLinks(readme: string): string[] {
  const links: string[] = []
  mapLinks(readme, (link) => {
    links.push(link)
    return link
  })
  return links
    .filter((link) => !isAlive(link))
    .map((link) => `README.md links to ${link}, which leads nowhere`)
}

function isAlive(link: string): boolean {
  const [file] = link.split('#')
  const path = file?.startsWith(`${repository}/`) && file.slice(repository.length + 1)
  if (path) return existsSync(join(root, path.replace(/^(blob|tree)\/main\//, '')))
  return /^(https:\/\/|#)/.test(link)
}

/** The parts of a package.json or of an entry in npm's lock file that are looked at. */
interface Installed {
  readonly version?: string
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly hasInstallScript?: boolean
}

/** Returns the packages of a lock file that run a script when they are installed: the machine of every user would run it. */
export function installScripts(packages: Readonly<Record<string, Installed>>): string[] {
  return Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([path]) => `${path} runs a script when it is installed: do without it, or say why not`)
}

/** Returns what of our own a packed package.json lets be newer or older than its entry points were built for. */
export function loosePeers({ version, dependencies, peerDependencies }: Installed): string[] {
  return Object.entries({ ...dependencies, ...peerDependencies })
    .filter(([name, range]) => name.startsWith('@sojourn/') && range !== `^${version}`)
    .map(([name, range]) => `depends on ${name} ${range}, not ^${version}`)
}

/** Installs the tarballs with their peers in an empty folder, and loads them: as ES modules, by require(), and in Jest. */
function checkInstalled(tarballs: string[]): Problem[] {
  const folder = mkdtempSync(join(tmpdir(), 'sojourn-packs-'))
  try {
    writeFileSync(join(folder, 'package.json'), '{ "private": true }')
    const flags = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
    // What is optional, and imported. NestJS 12 cannot be required where modules cannot.
    const peers = ['@hono/node-server', '@opentelemetry/api', 'prom-client', 'express', 'fastify']
    const nest = ['@nestjs/common@11', '@nestjs/core@11']
    const install = run('npm', ['install', ...flags, ...tarballs, ...peers, ...nest], folder)
    if (install.failed) return [problem('cannot be installed', install)]
    const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'))
    const scripts = installScripts(lock.packages)
    if (scripts.length > 0) return [problem('install scripts', { output: scripts.join('\n') })]
    const programs = join(import.meta.dirname, 'packed')
    for (const name of readdirSync(programs)) cpSync(join(programs, name), join(folder, name))
    const runs = {
      'Node cannot load': run('node', ['load.cjs'], folder),
      'Node without require(esm) cannot load': run(
        'node',
        ['--no-experimental-require-module', 'load.cjs'],
        folder,
      ),
      'The command sojourn fails with': run(
        join(folder, 'node_modules/.bin/sojourn'),
        ['acl', '--json'],
        folder,
      ),
      'The first steps of README.md fail with': run(
        join(bin, 'tsx'),
        [join(import.meta.dirname, 'release/follow-readme.ts'), folder],
        folder,
      ),
      'Jest fails with': run(
        join(bin, 'jest'),
        ['--rootDir', folder, '--forceExit', '--testMatch', '**/jest.test.cjs'],
        folder,
      ),
    }
    return Object.entries(runs)
      .filter(([, { failed }]) => failed)
      .map(([what, failure]) => problem(what, failure))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const problem = (what: string, { output }: { output: string }): Problem => ({
  file: packs,
  line: 1,
  message: `${what}:\n${output}`,
})

if (isMain(import.meta.filename)) report(checkPacks())
