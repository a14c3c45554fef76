/** The source files of a demo, which its pages link to. */
import { readdirSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from './views/layout.ts'
import { sourcePage } from './views/source.ts'

const views = join(import.meta.dirname, 'views')

/** Returns a function that makes the page of a file: `undefined` if the demo in `folder` shows no such file. */
export function sourcesOf(folder: string): (name: string) => Promise<Page | undefined> {
  const files = new Map<string, string>([
    ...['app.ts', 'server.ts'].map((file) => [`app/${file}`, join(folder, file)] as const),
    ...filesIn(join(folder, 'routes'), 'routes'),
    ...filesIn(views, 'views'),
  ])
  return async (name) => {
    const path = files.get(name) // only what is listed: the name comes from a URL
    if (path === undefined) return undefined
    return sourcePage({ name, names: [...files.keys()], code: await readFile(path, 'utf8') })
  }
}

function filesIn(folder: string, as: string) {
  return readdirSync(folder)
    .toSorted()
    .map((file) => [`${as}/${file}`, join(folder, file)] as const)
}
