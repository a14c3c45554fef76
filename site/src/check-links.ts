// Checks the links of the built site: those to pages, to headings and to other files of it.
import { join } from 'node:path'
import { LinkChecker, LinkState } from 'linkinator'
import { isMain } from '../../tools/report.ts'
import { root } from './pages.ts'

/** Returns the broken links of the pages in a folder. Links to other sites are not followed. */
export async function brokenLinks(folder: string): Promise<string[]> {
  const { links } = await new LinkChecker().check({
    path: '**/*.html',
    serverRoot: folder,
    checkFragments: true,
    linksToSkip: async (link) => !link.startsWith('http://localhost:'),
  })
  const broken = links.filter(({ state }) => state === LinkState.BROKEN)
  // Of a heading that is missing linkinator says twice that it is, and not where the link stands.
  const said = broken.map(({ url, parent = 'A page' }) => `${parent} links to ${url}: not found`)
  return [...new Set(said)]
}

if (isMain(import.meta.filename)) {
  const broken = await brokenLinks(join(root, 'site/dist'))
  for (const link of broken) console.error(link)
  if (broken.length > 0) process.exitCode = 1
}
