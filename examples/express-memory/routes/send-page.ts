/** How a route answers with a page. */
import type { Session } from '@sojourn/core'
import type { Request, Response } from 'express'
import { countOf } from '../cart.ts'
import { findUser } from '../users.ts'
import { layout, type Page } from '../views/layout.ts'

/** Makes a page of the session; `now` is when the request came, epoch ms. */
type View = (session: Session, now: number) => Page

/** Sends the page that a view makes of the session, with the messages that wait for it. */
export function sendPage({ session }: Request, res: Response, view: View) {
  const messages = session.flash.take('info').map(String)
  const name = findUser(session.userId)?.name
  const visitor = { name, messages, cartCount: countOf(session.data) }
  res.set('Cache-Control', 'no-store').send(layout(view(session, res.locals.now), visitor))
}

/** A field of a form; empty where it is missing or is not text. */
export function field({ body }: Request, name: string): string {
  const value: unknown = body?.[name]
  return typeof value === 'string' ? value : ''
}
