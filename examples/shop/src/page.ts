/** How a route answers with a page. */
import { join } from 'node:path'
import type { Session } from '@sojourn/core'
import { countOf } from './cart.ts'
import { findUser } from './users.ts'
import { layout, type Page } from './views/layout.ts'

/** Style, script and pictures: the files that are served beside the pages. */
export const publicFolder = join(import.meta.dirname, '../public')

/** Nothing but our own style, script and pictures: no inline script, no frame, no form that leads away. */
export const safePage = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
}

/** Makes a page of the session; `now` is when the request came, epoch ms: everything on the page is told from there. */
export type View = (session: Session, now: number) => Page

/** The page that a view makes of the session, with the messages that wait for it. */
export function pageOf(session: Session, view: View, now: number): string {
  const messages = session.flash.take('info').map(String)
  const name = findUser(session.userId)?.name
  return layout(view(session, now), { name, messages, cartCount: countOf(session.data) })
}

/** What a form sent in a field; empty where it is missing or is not text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
