/** What to say when a page cannot be shown. */
import { answerTo } from '@sojourn/example-shop/trouble'
import { notFoundPage } from '@sojourn/example-shop/views/notice'
import type { Context, Next } from 'koa'
import { sendPage } from './send-page.ts'

export function notFound(ctx: Context) {
  ctx.status = 404
  sendPage(ctx, notFoundPage)
}

/** Mounted before the sessions, so that it hears of a commit that failed too. */
export async function showErrors(ctx: Context, next: Next) {
  try {
    await next()
  } catch (error) {
    const { status, headers, html } = answerTo(error)
    ctx.status = status
    ctx.set(headers)
    ctx.body = html
  }
}
