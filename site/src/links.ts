// Points the links of the Markdown files, which are right on GitHub, to the pages of the site or to the repository.
import { existsSync, statSync } from 'node:fs'
import { join, normalize, posix } from 'node:path'
import type { MarkdownRenderer } from 'vitepress'
import { placeOf, root } from './pages.ts'

export const repository = 'https://github.com/sojourn-sessions/sojourn'

/**
 * Returns where a link of a file leads in the site: to a page by its address from the root of the site, to any other file of the
 * repository by its address there. A link that leads to no file is returned as it is, and VitePress reports it.
 *
 * @example
 * siteLink('../../packages/web/README.md#options', 'docs/how-to/use-with-nextjs.md') // '/packages/web.md#options'
 */
function siteLink(link: string, from: string): string {
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

/** Makes a renderer of VitePress read the files as GitHub does: links by {@link siteLink}, and no template of Vue in code. */
export function readAsGitHub(md: MarkdownRenderer): void {
  md.core.ruler.push('read-as-github', ({ tokens, env }) => {
    const from = normalize(env.realPath ?? env.path).slice(root.length)
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.type === 'link_open' ? token.attrGet('href') : null
      if (link !== null) token.attrSet('href', siteLink(link, from))
      if (token.type === 'code_inline') token.attrSet('v-pre', '')
    }
  })
}
