/** How a route answers, and what it is asked. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { Context } from 'koa'

/** Sends the page that a view makes of the session, with the messages that wait for it. */
export function sendPage(ctx: Context, view: View) {
  ctx.set('Cache-Control', 'no-store')
  ctx.body = pageOf(ctx.session, view, ctx.state['now'])
}

/** Sends the visitor on, by GET. */
export function goTo(ctx: Context, path: string) {
  ctx.status = 303
  ctx.redirect(path)
}

/** A field of a form; empty where it is missing or is not text. */
export function field({ request }: Context, name: string): string {
  return textOf(Object(request.body)[name])
}
