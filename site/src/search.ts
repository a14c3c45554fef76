// How the search of the site reads pages and questions. It runs in the reader's browser, on an index that the build writes.
import type { DefaultTheme, MarkdownEnv } from 'vitepress'

// VitePress sends these functions to the browser as text: they may use nothing from outside of themselves.

/**
 * Returns the words of a text. Names count as a whole and by their parts: `ERR_SESSION_NOT_RECENT`, `limit.onExceed`,
 * `@sojourn/store-redis` and `revokeAll` are found by either.
 */
export function wordsOf(text: string): string[] {
  const names = text.replace(/&\w+;/g, ' ').match(/[\p{L}\p{N}][\p{L}\p{N}_.@/-]*/gu) ?? []
  return names.flatMap((written) => {
    const name = written.replace(/[_.@/-]+$/, '')
    const parts = name
      .replace(/(\p{Ll})(\p{Lu})/gu, '$1 $2')
      .split(/[^\p{L}\p{N}]+/u)
      .filter((part) => part !== '')
    return parts.length > 1 ? [name, ...parts] : [name]
  })
}

/** Returns a word as it is compared, or null for those that every page has. */
export function termOf(word: string): string | null {
  const term = word.toLowerCase()
  const common =
    ' a an and are as at be by can do does each every for from how i if in is it its my of on or that the this to what when why with you your '
  return common.includes(` ${term} `) ? null : term
}

/** Returns by how much a section counts more or less than others that have the same words. */
function weightOf(id: string, _term: string, section?: Record<string, unknown>): number {
  const titles = section?.['titles']
  const ofPage = Array.isArray(titles) && titles.length === 0 ? 1.5 : 1
  if (/\/(how-to|tutorial)\//.test(id)) return (/\/migrate-from-/.test(id) ? 0.8 : 2) * ofPage
  if (/\/packages\//.test(id)) return 0.7 * ofPage
  if (/\/(decisions|api)\//.test(id) || /\/attack-cases/.test(id)) return 0.4 * ofPage
  return ofPage
}

/** The options of MiniSearch, for the build and for the browser. */
export const miniSearch = {
  options: { tokenize: wordsOf, processTerm: termOf },
  searchOptions: {
    boost: { title: 4, titles: 2, text: 1 },
    prefix: (term: string) => term.length > 2,
    fuzzy: (term: string) => (term.length > 4 ? 0.2 : false),
    boostDocument: weightOf,
    // Nearly every page is about them.
    boostTerm: (term: string) => (/^(sessions?|users?)$/.test(term) ? 0.4 : 1),
  },
}

/** The search of the default theme, whose index is a file of the site. */
export const search: { provider: 'local'; options: DefaultTheme.LocalSearchOptions } = {
  provider: 'local',
  // Shows excerpts.
  options: { miniSearch, _render: renderForSearch, detailedView: true },
}

/** What is used of markdown-it, whose types VitePress has twice. */
interface Renderer {
  render(text: string, env: MarkdownEnv): string
}

/**
 * Renders a page for the index, which has an entry for each heading: without headings of the API reference that name no export,
 * such as "Returns", and in references with one for each row of a table that has an anchor, such as an option.
 */
function renderForSearch(text: string, env: MarkdownEnv, md: Renderer): string {
  const isReference = env.relativePath.startsWith('site/api/')
  const html = md.render(isReference ? text.replace(/^#{4,6} (?!.*\{#).*$/gm, '') : text, env)
  if (!/^(docs\/reference|packages)\//.test(env.relativePath)) return html
  return html
    .split(/(?=<h[1-6] )/)
    .map((section) => section + rowsOf(section))
    .join('')
}

/** The rows of a section that have an anchor, each below a heading of its own. */
function rowsOf(section: string): string {
  const rows = section.matchAll(/<tr id="([^"]+)"[^>]*>\s*<td[^>]*>(.*?)<\/td>([\s\S]*?)<\/tr>/g)
  return [...rows]
    .map(([, id, name, rest]) => `<h6 id="${id}">${name} <a href="#${id}">#</a></h6>${rest}`)
    .join('')
}
