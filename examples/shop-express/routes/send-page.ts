/** How a route answers with a page. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { Request, Response } from 'express'

/** Sends the page that a view makes of the session, with the messages that wait for it. */
export function sendPage({ session }: Request, res: Response, view: View) {
  res.set('Cache-Control', 'no-store').send(pageOf(session, view, res.locals.now))
}

/** A field of a form; empty where it is missing or is not text. */
export function field({ body }: Request, name: string): string {
  return textOf(body?.[name])
}
