// Points the links of the Markdown files, which are right on GitHub, to the pages of the site or to the repository.
import { existsSync, statSync } from 'node:fs'
import { join, posix } from 'node:path'
import { placeOf, root } from './pages.ts'

export const repository = 'https://github.com/sojourn-sessions/sojourn'

/**
 * Returns where a link of a file leads in the site: to a page by its address from the root of the site, to any other file of the
 * repository by its address there. A link that leads to no file is returned as it is, and VitePress reports it.
 *
 * @example
 * siteLink('../../packages/web/README.md#options', 'docs/how-to/use-with-nextjs.md') // '/packages/web.md#options'
 */
export function siteLink(link: string, from: string): string {
  if (/^([a-z]+:|#|\/)/i.test(link)) return link
  const [, path = '', hash = ''] = /^([^#]*)(#.*)?$/.exec(link) ?? []
  const file = posix.join(posix.dirname(from), decodeURI(path)).replace(/\/$/, '')
  if (!existsSync(join(root, file)) || file.startsWith('..')) return link
  if (!statSync(join(root, file)).isDirectory()) {
    const place = placeOf(file)
    return place === undefined ? `${repository}/blob/main/${file}${hash}` : `/${place}${hash}`
  }
  const readme = placeOf(`${file}/README.md`)
  return readme === undefined || !existsSync(join(root, file, 'README.md'))
    ? `${repository}/tree/main/${file}${hash}`
    : `/${readme}${hash}`
}
