/** What routes need to read forms and to send pages. */
import { pageOf, textOf, type View } from '@sojourn/example-shop/page'
import type { Context } from 'koa'

/** Sends the page of a view. */
export function sendPage(ctx: Context, view: View) {
  ctx.set('Cache-Control', 'no-store')
  ctx.body = pageOf(ctx.session, view, ctx.state['now'])
}

/** Redirects with 303, so that a reload does not send the form again. */
export function goTo(ctx: Context, path: string) {
  ctx.status = 303
  ctx.redirect(path)
}

/** Returns the text of a form's field, or '' if it is missing or is not text. */
export function field({ request }: Context, name: string): string {
  return textOf(Object(request.body)[name])
}
