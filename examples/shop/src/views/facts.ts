/** Lists of facts: a word, and what it is. */
import { type Html, html, type Part } from './html.ts'

/** A list of facts. */
export function facts(...rows: readonly Part[]): Html {
  return html`<dl>${rows}</dl>`
}

/** One fact, with a note on what the word means. */
export function fact(word: string, value: Part, note?: string): Html {
  const more = note !== undefined && html` <small>${note}</small>`
  return html`<div><dt>${word}${more}</dt><dd>${value}</dd></div>`
}
