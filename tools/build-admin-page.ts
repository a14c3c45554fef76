// Writes packages/admin/src/page-files.ts: the script, the styles and the icon of the page as texts, so that the package
// needs no files at run time and no build in tests. Run it after a change in packages/admin/page; a test compares.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { isMain } from './report.ts'

const folder = join(import.meta.dirname, '../packages/admin')
export const pageFilesModule: string = join(folder, 'src/page-files.ts')

/** Returns the module that holds the files. */
export async function buildPageFiles(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'page/main.ts'), join(folder, 'page/page.css')],
    outdir: '/',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022', 'chrome109', 'firefox115', 'safari16.4'],
    charset: 'utf8',
    legalComments: 'none',
    write: false,
  })
  const licence = readFileSync(join(folder, 'node_modules/uplot/LICENSE'), 'utf8').trim()
  const notice = `/*!\nWith uPlot, https://github.com/leeoniya/uPlot\n\n${licence}\n*/\n`
  const bundled = (extension: string) =>
    notice + outputFiles.find(({ path }) => path.endsWith(extension))?.text
  const files = {
    'page.js': { type: 'text/javascript', text: bundled('.js') },
    'page.css': { type: 'text/css', text: bundled('.css') },
    'icon.svg': {
      type: 'image/svg+xml',
      text: readFileSync(join(folder, 'page/icon.svg'), 'utf8'),
    },
  }
  const entries = Object.entries(files).map(([name, file]) => {
    const hash = createHash('sha256').update(file.text).digest('base64url').slice(0, 16)
    return `  '${name}': ${JSON.stringify({ ...file, hash })},\n`
  })
  return `// Written by tools/build-admin-page.ts from packages/admin/page. Change that, and run it.

/** A file of the page. */
export interface PageFile {
  /** The content type. */
  readonly type: string
  readonly text: string
  /** A hash of the text, for its address. */
  readonly hash: string
}

export const pageFiles: Readonly<Record<string, PageFile>> = {
${entries.join('')}}
`
}

if (isMain(import.meta.filename)) writeFileSync(pageFilesModule, await buildPageFiles())
