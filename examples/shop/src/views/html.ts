/** HTML by tagged templates. What is not made by `html` is escaped. */

const markup = Symbol('markup')

/** Markup that is safe to send. Only `html` creates it: the symbol is private, so no data can imitate it. */
export interface Html {
  readonly [markup]: string
}

/** A value in a template: markup, text that is escaped, a list of both, or nothing. */
export type Part = Html | string | number | false | undefined | readonly Part[]

/** Returns markup. Attribute values need double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const written = texts.map((text, index) => text + render(parts[index]))
  return { [markup]: written.join('') }
}

/** Returns the markup as text, for the response. */
export function render(part: Part): string {
  if (part === undefined || part === false) return ''
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(String(part))
  if (markup in part) return part[markup]
  return part.map(render).join('')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}
