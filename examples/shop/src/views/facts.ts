/** Lists of terms and their values. */
import { type Html, html, type Part } from './html.ts'

/** Returns a list of facts. */
export function facts(...rows: readonly Part[]): Html {
  return html`<dl>${rows}</dl>`
}

/** Returns one fact: a term and its value, with a note on what the term means. */
export function fact(word: string, value: Part, note?: string): Html {
  const more = note !== undefined && html` <small>${note}</small>`
  return html`<div><dt>${word}${more}</dt><dd>${value}</dd></div>`
}
