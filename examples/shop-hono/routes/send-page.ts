/** How a route answers, and what it is asked. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { ShopContext } from '../env.ts'

/** The page that a view makes of the session, with the messages that wait for it. */
export function sendPage(c: ShopContext, view: View, status: 200 | 401 | 404 = 200) {
  const page = pageOf(c.get('session'), view, c.get('now'))
  return c.html(page, status, { 'Cache-Control': 'no-store' })
}

/** Sends the visitor on, by GET. */
export function goTo(c: ShopContext, path: string) {
  return c.redirect(path, 303)
}

/** A field of a form; empty where it is missing or is not text. */
export async function field(c: ShopContext, name: string): Promise<string> {
  const form = await c.req.parseBody()
  return textOf(form[name])
}

/** Whether an address says that an attempt has failed. */
export function hasFailed(c: ShopContext): boolean {
  return c.req.query('failed') !== undefined
}
