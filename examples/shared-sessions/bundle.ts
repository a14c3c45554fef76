/** Makes one file of each service, without node_modules: dist/user.mjs and dist/task.mjs, which the images hold. */
import { join } from 'node:path'
import { build } from 'esbuild'

const here = (path: string) => join(import.meta.dirname, path)

/** Writes the bundles into a folder. */
export async function bundle(folder: string): Promise<void> {
  await build({
    entryPoints: { user: here('user/main.ts'), task: here('task/main.ts') },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    conditions: ['@sojourn/source'],
    logLevel: 'warning',
    // For what the bundled CommonJS packages require of Node.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  })
}

if (process.argv[1] === import.meta.filename) await bundle(here('dist'))
