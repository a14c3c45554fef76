/** What routes need to read forms and to send pages. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { ShopContext } from '../env.ts'

/** Returns the response with the page of a view. */
export function sendPage(c: ShopContext, view: View, status: 200 | 401 | 404 = 200) {
  const page = pageOf(c.get('session'), view, c.get('now'))
  return c.html(page, status, { 'Cache-Control': 'no-store' })
}

/** Redirects with 303, so that a reload does not send the form again. */
export function goTo(c: ShopContext, path: string) {
  return c.redirect(path, 303)
}

/** Returns the text of a form's field, or '' if it is missing or is not text. */
export async function field(c: ShopContext, name: string): Promise<string> {
  const form = await c.req.parseBody()
  return textOf(form[name])
}

/** Returns whether the URL says that the last attempt failed. */
export function hasFailed(c: ShopContext): boolean {
  return c.req.query('failed') !== undefined
}
