// The navigation of the site. Groups and their order are those of the lists that the files have anyway, titles those of the pages.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { DefaultTheme } from 'vitepress'
import { filesBelow } from '../../tools/files.ts'
import { apiAddressOf, entryPoints } from './entry-points.ts'
import { addressOf, root, titleOf } from './pages.ts'

interface Group {
  readonly title: string
  /** Files of the repository, in order. */
  readonly pages: readonly string[]
}

/** The lists, and the pages that each must link to. */
const lists = {
  'docs/README.md': () =>
    markdownBelow('docs').filter((page) => !page.startsWith('docs/decisions/')),
  'docs/decisions/README.md': () => markdownBelow('docs/decisions'),
  'docs/reference/packages.md': () =>
    readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
}

type List = keyof typeof lists

/** Returns a sidebar for each folder of pages. Throws an error if a list misses a page. */
export function sidebar(): DefaultTheme.SidebarMulti {
  const missing = (Object.keys(lists) as List[]).flatMap((list) => missingIn(list, lists[list]()))
  if (missing.length > 0) throw new Error(missing.join('\n'))
  const packages = groupsOf('docs/reference/packages.md').map(packagesOf)
  return {
    '/tutorial/': docs('tutorial'),
    '/how-to/': docs('how-to'),
    '/reference/': docs('reference'),
    '/glossary': docs('reference'),
    '/explanation/': docs('explanation'),
    '/decisions/': groupsOf('docs/decisions/README.md').map(itemOf),
    '/packages/': packages,
    '/api/': packages,
  }
}

/** Returns a sentence for each of these pages that the list does not link to. */
export function missingIn(list: List, pages: readonly string[]): string[] {
  const grouped = new Set([list, ...groupsOf(list).flatMap((group) => group.pages)])
  return pages
    .filter((page) => !grouped.has(page))
    .map((page) => `${list} has no link to ${page}: add one, below the heading of its group`)
}

/**
 * Returns the headings of a list of links, each with the pages below it that the list links to. A heading ends at the next one of
 * any level; what stands after a colon in it is left out.
 */
function groupsOf(list: List): Group[] {
  const parts = readFileSync(join(root, list), 'utf8').split(/^#+ /m).slice(1)
  const groups = parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    const links = [...lines.join('\n').matchAll(/\]\(([^)#]+\.md)\)/g)]
    const pages = links.map(([, link = '']) => posix.join(posix.dirname(list), link))
    return { title: heading.replace(/:.*/, ''), pages: [...new Set(pages)] }
  })
  return groups.filter(({ pages }) => pages.length > 0)
}

/** The groups of docs/README.md, as far as their pages are in this folder. */
function docs(folder: string): DefaultTheme.SidebarItem[] {
  const groups = groupsOf('docs/README.md').filter(({ pages }) =>
    pages[0]?.startsWith(`docs/${folder}/`),
  )
  return groups.map(itemOf)
}

function itemOf({ title, pages }: Group): DefaultTheme.SidebarItem {
  return {
    text: title,
    items: pages.map((page) => ({ text: titleOf(page), link: addressOf(page) })),
  }
}

/** The packages of a group, each with the pages of its entry points. */
function packagesOf({ title, pages }: Group): DefaultTheme.SidebarItem {
  const points = entryPoints()
  const items = pages
    .filter((page) => page.startsWith('packages/'))
    .map((page) => ({
      text: titleOf(page).replace('@sojourn/', ''),
      link: addressOf(page),
      collapsed: true,
      items: points
        .filter(({ folder }) => page === `packages/${folder}/README.md`)
        .map((point) => ({
          text: `API of ${point.name.replace('@sojourn/', '')}`,
          link: apiAddressOf(point),
        })),
    }))
  return { text: title, items }
}

function markdownBelow(folder: string): string[] {
  return filesBelow(join(root, folder), '.md').map((path) => posix.relative(root, path))
}
