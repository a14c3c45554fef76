import { execFile } from 'node:child_process'
import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { plainEnv } from '../env.ts'
import { withOurOwn } from './manifests.ts'
import { type Column, withCompanions } from './peers.ts'

const execute = promisify(execFile)
export const programs = join(import.meta.dirname, 'programs')

/** A folder outside of the repository with packed packages, peers of certain versions, and the programs. */
export interface Folder {
  readonly path: string
  readonly column: Column
  /** The packages that are tested in it, as names of folders in `packages`. */
  readonly names: readonly string[]
}

/** What every program imports, and nothing of it is a peer. */
const always = ['core', 'store-memory', 'conformance', 'web', 'node']
const tools = { '@hono/node-server': '^2.0.0', hono: '^4.0.0', '@types/node': '^20.19.0' }

/**
 * Makes a folder in `parent` as a user would: an empty one, into which npm installs the tarballs and the peers. Then writes the
 * programs there, as JavaScript.
 * @param names The packages that are tested.
 * @throws Error with what npm printed, if the peers do not fit.
 */
export async function makeFolder(
  parent: string,
  column: Column,
  names: readonly string[],
  tarballs: ReadonlyMap<string, string>,
): Promise<Folder> {
  const path = mkdtempSync(join(parent, 'app-'))
  const ours = withOurOwn([...always, ...names])
  const packed = ours.map((name) => [`@sojourn/${name}`, `file:${tarballs.get(name)}`])
  const dependencies = {
    ...tools,
    ...withCompanions(column.versions),
    ...Object.fromEntries(packed),
  }
  const manifest = { private: true, type: 'module', dependencies }
  writeFileSync(join(path, 'package.json'), JSON.stringify(manifest, null, 2))
  const flags = [
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--loglevel=error',
    '--strict-peer-deps',
  ]
  await executeLoudly('npm', ['install', ...flags], path)
  await buildPrograms(path)
  return { path, column, names }
}

/** Writes each program as one JavaScript file. */
function buildPrograms(path: string): Promise<void> {
  const sources = readdirSync(programs).filter((name) => name.endsWith('.ts'))
  const entries = sources.map((name) => [name.slice(0, -3), join(programs, name)])
  return buildInto(path, Object.fromEntries(entries))
}

/** Writes TypeScript files into a folder as `{name}.mjs`, which imports packages as they are installed there. */
export async function buildInto(
  path: string,
  entryPoints: Readonly<Record<string, string>>,
): Promise<void> {
  await build({
    entryPoints: { ...entryPoints },
    outdir: path,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    logLevel: 'error',
  })
}

/** Runs a program to its end, and returns its output. @throws Error with all that it printed, if it fails */
export async function executeLoudly(
  program: string,
  args: readonly string[],
  cwd: string,
  more: NodeJS.ProcessEnv = {},
): Promise<string> {
  const env = { ...plainEnv, NO_COLOR: '1', ...more }
  try {
    const { stdout, stderr } = await execute(program, args, { cwd, env, maxBuffer: 2 ** 26 })
    return `${stdout}${stderr}`
  } catch (error) {
    const { message, stdout, stderr } = Object(error)
    throw new Error(`${message}\n${stdout}${stderr}`, { cause: error })
  }
}
