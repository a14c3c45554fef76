// Which files of the repository are pages of the site, where each of them stands, and what it is called.
import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/**
 * Returns where a file of the repository stands in the site: `docs/how-to/remember-me.md` at `how-to/remember-me.md`, a folder's
 * README at its `index.md`. Returns undefined for files that are no page.
 */
export function placeOf(file: string): string | undefined {
  if (file === 'docs/README.md') return 'overview.md'
  const place = [
    /^docs\/(.+\.md)$/,
    /^site\/(index\.md|api\/.+\.md)$/,
    /^(packages\/[^/]+\/README\.md)$/,
  ].flatMap((pattern) => pattern.exec(file)?.[1] ?? [])[0]
  if (place === undefined || basename(place) !== 'README.md') return place
  const folder = dirname(place)
  return folder.startsWith('packages/') ? `${folder}.md` : `${folder}/index.md`
}

/** Returns the first heading of a page, without the marks of Markdown. */
export function titleOf(file: string): string {
  const heading = /^# (.+)$/m.exec(readFileSync(join(root, file), 'utf8'))?.[1]
  if (heading === undefined) throw new Error(`${file} has no title. Begin it with a line "# …"`)
  return heading.replaceAll('`', '').replace(/\\(?=\W)/g, '')
}

/** Returns the address of a page within the site, as the navigation names it: `/how-to/remember-me`. */
export function addressOf(file: string): string {
  const place = placeOf(file)
  if (place === undefined || !existsSync(join(root, file))) throw new Error(`${file} is no page`)
  return `/${place.replace(/(^|\/)index\.md$/, '$1').replace(/\.md$/, '')}`
}
