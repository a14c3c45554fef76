/** What to say when a page cannot be shown. */
import { asksForPassword, questionBefore } from '@sojourn/example-shop/step-up'
import { answerTo } from '@sojourn/example-shop/trouble'
import { notFoundPage } from '@sojourn/example-shop/views/notice'
import type { StatusCode } from 'hono/utils/http-status'
import type { ShopContext } from '../env.ts'
import { goTo, sendPage } from './send-page.ts'

export function notFound(c: ShopContext) {
  return sendPage(c, notFoundPage, 404)
}

/** What `requireRecent` threw, wherever it did, becomes the question for the password; of other errors it is told. */
export function showError(error: Error, c: ShopContext) {
  if (asksForPassword(error)) return goTo(c, questionBefore(c.req.path))
  const { status, headers, html } = answerTo(error)
  c.status(status as StatusCode) // Hono lists the codes, and errors know any number
  return c.html(html, { headers })
}
