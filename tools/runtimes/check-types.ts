import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programsOn } from './claims.ts'
import { executeLoudly, type Folder, programs } from './folder.ts'
import type { Column } from './peers.ts'

/** The versions of TypeScript that the declarations are checked with: the oldest that is supported, and the newest ones. */
export const typescripts = ['5.1.6', '6.0.3', '7.0.2'] as const

/** How an application compiles. */
export interface TypeCheck {
  readonly typescript: string
  readonly resolution: 'bundler' | 'node16' | 'nodenext'
  /** Whether it sets `exactOptionalPropertyTypes`. */
  readonly exact: boolean
}

/** With the newest peers: each resolution, and one of them with both settings of `exactOptionalPropertyTypes`. */
export const typeChecks: readonly TypeCheck[] = typescripts.flatMap((typescript) => [
  { typescript, resolution: 'bundler', exact: true },
  { typescript, resolution: 'node16', exact: true },
  { typescript, resolution: 'nodenext', exact: true },
  { typescript, resolution: 'nodenext', exact: false },
])

/** With other peers, whose own declarations may be older than the newest TypeScript. */
export const usualCheck: TypeCheck = { typescript: '7.0.2', resolution: 'nodenext', exact: true }

/**
 * Writes into a folder what is type-checked there: its programs, and a module that imports each entry point of the packages that
 * are tested.
 */
export function writeSources({ path, column, names }: Folder): void {
  const sources = join(path, 'sources')
  mkdirSync(sources)
  for (const name of readdirSync(programs).filter((file) => file.endsWith('.ts')))
    copyFileSync(join(programs, name), join(sources, name))
  const imports = entryPointsIn(path, names).map(
    (name, index) => `export * as e${index} from '${name}'\n`,
  )
  for (const ending of ['mts', 'cts'])
    writeFileSync(join(sources, `entry-points.${ending}`), imports.join(''))
  const inPages = programsOn('chromium') // which need the types of the DOM
  const server = column.programs.filter(
    (name) => !inPages.includes(name) && !isUntyped(name, column),
  )
  const route = server.includes('next') ? ['next-route'] : []
  const files = [...[...server, ...route].map((name) => `${name}.ts`), 'entry-points.mts']
  writeFileSync(join(path, 'files.json'), JSON.stringify(files))
}

/** The programs whose peer has no types for ES modules in a version: its package.json leads TypeScript to none. */
const untyped: Readonly<Record<string, string>> = { 'socket.io': '4.0.0' }

const isUntyped = (name: string, { versions }: Column) =>
  name in untyped && versions[name] === untyped[name]

/** Returns the names by which packages that are installed in a folder are imported. */
function entryPointsIn(path: string, names: readonly string[]): string[] {
  const folder = join(path, 'node_modules/@sojourn')
  return names.flatMap((name) => {
    const manifest = readFileSync(join(folder, name, 'package.json'), 'utf8')
    const { exports }: { exports: object } = JSON.parse(manifest)
    const paths = Object.keys(exports).filter((key) => key !== './package.json')
    return paths.map((key) => join('@sojourn', name, key))
  })
}

/**
 * Type-checks the sources of a folder, and the declarations of all packages (`skipLibCheck` is off). Returns the problems in them
 * and in the declarations of ours; those in the declarations of others are not ours.
 */
export async function checkTypes(folder: Folder, check: TypeCheck): Promise<string[]> {
  const files: string[] = JSON.parse(readFileSync(join(folder.path, 'files.json'), 'utf8'))
  return compile(folder, check, files)
}

/** The same for a module of CommonJS that imports each entry point. An application imports in one way, so it is checked alone. */
export function checkCommonJs(folder: Folder, typescript: string): Promise<string[]> {
  const check = { typescript, resolution: 'node16', exact: true } as const
  return compile(folder, check, ['entry-points.cts'])
}

/** The same for the script of a page, which needs the types of the DOM. */
export function checkPage(folder: Folder): Promise<string[]> {
  const check = { ...usualCheck, resolution: 'bundler' } as const
  return compile(folder, check, ['browser-page.ts'], ['dom', 'dom.iterable'])
}

async function compile(
  { path }: Folder,
  check: TypeCheck,
  files: readonly string[],
  libraries: readonly string[] = [],
): Promise<string[]> {
  const { typescript, resolution, exact } = check
  const config = `tsconfig.${typescript}.${resolution}.${exact}.${files.length}.json`
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    module: resolution === 'bundler' ? 'esnext' : resolution,
    moduleResolution: resolution,
    exactOptionalPropertyTypes: exact,
    target: 'es2022',
    lib: ['es2023', ...libraries],
    types: ['node'],
    esModuleInterop: true,
    experimentalDecorators: true,
    allowImportingTsExtensions: true,
  }
  const sources = files.map((name) => `sources/${name}`)
  writeFileSync(join(path, config), JSON.stringify({ compilerOptions, files: sources }))
  const words = ['-y', '-p', `typescript@${typescript}`, 'tsc', '--pretty', 'false', '-p', config]
  const printed = await executeLoudly('npx', words, path).catch(({ message }) => String(message))
  return printed.split('\n').filter(isOurs)
}

/** A problem names its file first, if it is in one. */
function isOurs(line: string): boolean {
  return /^(sources|node_modules\/@sojourn)\/.*: error TS|^error TS/.test(line)
}
