/** What routes need to respond with a page. */
import { join } from 'node:path'
import type { Session } from '@sojourn/core'
import { countOf } from './cart.ts'
import { findUser } from './users.ts'
import { layout, type Page } from './views/layout.ts'

/** The folder of style, script and pictures, which are served as they are. */
export const publicFolder = join(import.meta.dirname, '../public')

/** Headers of every page. They allow its own style, script, pictures and requests: no inline script, no frame, no form that leads away. */
export const safePage = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

/** Returns the page of a session. `now` is when the request came, in epoch ms; all times on the page are relative to it. */
export type View = (session: Session, now: number) => Page

/** Returns the HTML of a view, with the flash messages of the session. */
export function pageOf(session: Session, view: View, now: number): string {
  const messages = session.flash.take('info')
  const name = findUser(session.userId)?.name
  return layout(view(session, now), { name, messages, cartCount: countOf(session.data) })
}

/** Returns the text of a form's field, or '' if it is missing or is not text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
