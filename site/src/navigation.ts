// The navigation of the site. Groups and their order are those of docs/README.md, titles those of the pages.
import { readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import type { DefaultTheme } from 'vitepress'
import { filesBelow } from '../../tools/files.ts'
import { addressOf, root, titleOf } from './pages.ts'

interface Group {
  readonly title: string
  /** Files of the repository, in order. */
  readonly pages: readonly string[]
}

/**
 * Returns the headings of a list of links, each with the pages below it that the list links to. A heading ends at the next one of
 * any level; what stands after a colon in it is left out.
 */
function groupsOf(list: string): Group[] {
  const text = readFileSync(join(root, list), 'utf8')
  const parts = text.split(/^#+ /m).slice(1)
  return parts.map((part) => {
    const [heading = '', ...lines] = part.split('\n')
    const links = [...lines.join('\n').matchAll(/\]\(([^)#]+\.md)\)/g)]
    const pages = links.map(([, link = '']) => posix.join(posix.dirname(list), link))
    return { title: heading.replace(/:.*/, ''), pages: [...new Set(pages)] }
  })
}

/** Returns the pages below docs/ that no group of docs/README.md and docs/decisions/README.md has. */
function pagesWithoutGroup(): string[] {
  const lists = ['docs/README.md', 'docs/decisions/README.md']
  const grouped = new Set([...lists, ...lists.flatMap(groupsOf).flatMap(({ pages }) => pages)])
  const pages = filesBelow(join(root, 'docs'), '.md').map((path) => posix.relative(root, path))
  return pages.filter((page) => !grouped.has(page))
}

/** Returns a sidebar for each folder of pages. */
export function sidebar(): DefaultTheme.SidebarMulti {
  const lost = pagesWithoutGroup()
  if (lost.length > 0)
    throw new Error(`docs/README.md has no link to ${lost.join(', ')}. Add one below a heading`)
  const docs = (folder: string) =>
    groupsOf('docs/README.md')
      .map(({ title, pages }) => ({
        title,
        pages: pages.filter((page) => page.startsWith(`docs/${folder}`)),
      }))
      .filter(({ pages }) => pages.length > 0)
      .map(itemOf)
  return {
    '/tutorial/': docs('tutorial/'),
    '/how-to/': docs('how-to/'),
    '/reference/': docs('reference/'),
    '/glossary': docs('reference/'),
    '/explanation/': docs('explanation/'),
    '/decisions/': groupsOf('docs/decisions/README.md').map(itemOf),
    '/packages/': packages(),
    '/api/': packages(),
  }
}

function itemOf({ title, pages }: Group): DefaultTheme.SidebarItem {
  return {
    text: title,
    items: pages.map((page) => ({ text: titleOf(page), link: addressOf(page) })),
  }
}

function packages(): DefaultTheme.SidebarItem[] {
  const files = readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`)
  return [itemOf({ title: 'Packages', pages: files })]
}
