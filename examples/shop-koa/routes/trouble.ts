/** Error pages. */
import { responseTo } from '@sojourn/example-shop/trouble'
import { notFoundPage } from '@sojourn/example-shop/views/notice'
import type { Context, Next } from 'koa'
import { sendPage } from './send-page.ts'

export function notFound(ctx: Context) {
  ctx.status = 404
  sendPage(ctx, notFoundPage)
}

/** Mounted before the sessions, so that it also catches the error of a failed commit. */
export async function showErrors(ctx: Context, next: Next) {
  try {
    await next()
  } catch (error) {
    const { status, headers, html } = responseTo(error)
    ctx.status = status
    ctx.set(headers)
    ctx.body = html
  }
}
