// Makes VitePress read the Markdown files as GitHub does, and lets links lead to the rows of tables.
import { readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { slug } from 'github-slugger'
import type { MarkdownRenderer } from 'vitepress'
import { siteLink } from './links.ts'
import { root } from './pages.ts'

type Token = ReturnType<MarkdownRenderer['parse']>[number]

/** Adds to a renderer: links that hold in the site, no template of Vue in code, and an anchor for each option or code in a table. */
export function extendMarkdown(md: MarkdownRenderer): void {
  md.core.ruler.push('as-on-github', ({ tokens, env }) => {
    const from = normalize(env.realPath ?? env.path).slice(root.length)
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const link = token.type === 'link_open' ? token.attrGet('href') : null
      if (link !== null) token.attrSet('href', siteLink(link, from))
      if (token.type === 'code_inline') token.attrSet('v-pre', '')
    }
  })
  md.core.ruler.push('tables', ({ tokens }) => {
    addRowAnchors(tokens)
    nameNoEmptyHeads(tokens)
  })
  md.core.ruler.push('charts', ({ tokens, env }) => {
    markCharts(tokens, dirname(env.realPath ?? env.path))
  })
}

/** Gives each row whose first cell is a name in code the anchor `#name`, unless a heading or another row has it. */
function addRowAnchors(tokens: readonly Token[]): void {
  const taken = new Set(tokens.map((token) => token.attrGet('id')))
  for (const [index, row] of tokens.entries()) {
    if (row.type !== 'tr_open' || tokens[index + 1]?.type !== 'td_open') continue
    const cell = tokens[index + 2]?.children ?? []
    const name = cell.length === 1 && cell[0]?.type === 'code_inline' ? slug(cell[0].content) : ''
    if (name === '' || taken.has(name)) continue
    row.attrSet('id', name)
    taken.add(name)
  }
}

/** Makes an empty cell of a table's head an ordinary one: a screen reader would announce a head without a name. */
function nameNoEmptyHeads(tokens: readonly Token[]): void {
  for (const [index, { content }] of tokens.entries()) {
    const [before, after] = [tokens[index - 1], tokens[index + 1]]
    if (content === '' && before?.type === 'th_open' && after?.type === 'th_close')
      before.tag = after.tag = 'td'
  }
}

/** Names the paragraphs that hold a chart on white: the style sheet turns its colours in the dark, and lets it scroll. */
function markCharts(tokens: readonly Token[], folder: string): void {
  for (const [index, { children }] of tokens.entries()) {
    const images = (children ?? []).filter(({ type }) => type === 'image')
    if (!images.some((image) => isOnWhite(join(folder, image.attrGet('src') ?? '')))) continue
    tokens[index - 1]?.attrSet('class', 'chart')
    tokens[index - 1]?.attrSet('tabindex', '0')
  }
}

function isOnWhite(file: string): boolean {
  return (
    file.endsWith('.svg') &&
    /<rect [^>]*fill="white"/.test(readFileSync(file, 'utf8').slice(0, 500))
  )
}
