/** Submits forms as a browser without JavaScript does. */
import type { View, Visitor } from '@sojourn/example-shop/journey/visitor'

interface Form {
  readonly action: string
  readonly fields: Readonly<Record<string, string>>
  readonly isMultipart: boolean
}

/** How a form is filled in and submitted. */
export interface Filling {
  readonly button: string
  readonly fields?: Readonly<Record<string, string>>
  /** The headers that name the origin. @default those of a page of the same site */
  readonly headers?: Readonly<Record<string, string>>
}

/** Submits the form of a button on a page, and returns the page that it leads to. */
export function press(
  visitor: Visitor,
  view: View,
  { button, fields, headers = fromHere(visitor) }: Filling,
): Promise<View> {
  const form = formOf(view, button)
  const body = form.isMultipart ? new FormData() : new URLSearchParams()
  for (const [name, value] of Object.entries({ ...form.fields, ...fields }))
    body.append(name, value)
  const sent = { accept: 'text/html', ...headers }
  return visitor.send(form.action, { method: 'POST', body, headers: sent })
}

function fromHere({ origin }: Visitor) {
  return { origin, 'sec-fetch-site': 'same-origin' }
}

function formOf({ html, path }: View, button: string): Form {
  const forms = [...html.matchAll(/<form\b([^>]*)>(.*?)<\/form>/gs)]
  const [, attributes = '', inner = ''] =
    forms.find(([, , inner = '']) => wordsOf(inner).includes(button)) ?? []
  if (inner === '') throw new Error(`${path} has no button "${button}":\n${html}`)
  const hidden = [...inner.matchAll(/<input\b([^>]*type="hidden"[^>]*)>/g)]
  return {
    action: new URL(attributeOf(attributes, 'action') || path, `http://page${path}`).href.slice(11),
    fields: Object.fromEntries(
      hidden.map(([, tag = '']) => [attributeOf(tag, 'name'), attributeOf(tag, 'value')]),
    ),
    isMultipart: /multipart/.test(attributeOf(attributes, 'enctype')),
  }
}

function wordsOf(html: string): string {
  return html.replace(/<!--.*?-->/gs, '').replace(/<[^>]+>/g, ' ')
}

function attributeOf(tag: string, name: string): string {
  const [, value = ''] = new RegExp(`\\b${name}="([^"]*)"`, 'i').exec(tag) ?? []
  return value.replace(/&(quot|amp|lt|gt|#x27);/g, (_, entity: string) => entities[entity] ?? '')
}

const entities: Readonly<Record<string, string>> = {
  quot: '"',
  amp: '&',
  lt: '<',
  gt: '>',
  '#x27': "'",
}
