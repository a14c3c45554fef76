/** HTML by tagged template: whatever is not `html` itself is escaped. */

const markup = Symbol('markup')

/** Markup that is safe to send. Only `html` makes it, so no data can pose as it. */
export interface Html {
  readonly [markup]: string
}

/** What may stand in a template: markup, text to be escaped, a list of either, or nothing. */
export type Part = Html | string | number | false | undefined | readonly Part[]

/** Writes markup. Attribute values need their double quotes. */
export function html(texts: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const written = texts.map((text, index) => text + render(parts[index]))
  return { [markup]: written.join('') }
}

/** The markup as text, for the response. */
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
