/** Error pages. */
import { asksForPassword, questionBefore } from '@sojourn/example-shop/step-up'
import { responseTo } from '@sojourn/example-shop/trouble'
import { notFoundPage } from '@sojourn/example-shop/views/notice'
import type { StatusCode } from 'hono/utils/http-status'
import type { ShopContext } from '../env.ts'
import { goTo, sendPage } from './send-page.ts'

export function notFound(c: ShopContext) {
  return sendPage(c, notFoundPage, 404)
}

/** Turns the error of `requireRecent`, from any route, into a redirect to the password form, and others into a page. */
export function showError(error: Error, c: ShopContext) {
  if (asksForPassword(error)) return goTo(c, questionBefore(c.req.path))
  const { status, headers, html } = responseTo(error)
  c.status(status as StatusCode) // Hono's type lists the codes; the status of an error is any number
  return c.html(html, { headers })
}
