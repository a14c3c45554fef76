/** What routes need to read forms and to send pages. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { Request, Response } from 'express'

/** Sends the page of a view. */
export function sendPage({ session }: Request, res: Response, view: View) {
  res.set('Cache-Control', 'no-store').send(pageOf(session, view, res.locals.now))
}

/** Returns the text of a form's field, or '' if it is missing or is not text. */
export function field({ body }: Request, name: string): string {
  return textOf(body?.[name])
}
