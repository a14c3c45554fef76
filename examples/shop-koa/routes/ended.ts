/** What happens to those whose session somebody ended, on this device or from another. */
import Router from '@koa/router'
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import type { Context, Next } from 'koa'
import { goTo, sendPage } from './send-page.ts'

export function endedRoutes({ cookieName }: SessionManager) {
  return new Router().post('/start-afresh', startAfresh).routes()

  /** Only a click drops the dead cookie: a late response that did might drop that of a new login. */
  function startAfresh(ctx: Context) {
    if (ctx.session.ended) ctx.cookies.set(cookieName, null, { secure: ctx.secure })
    goTo(ctx, '/')
  }
}

/** An ended session keeps nothing and accepts only a login: say why, before a click is lost. */
export function sayWhyEnded(ctx: Context, next: Next) {
  const { ended } = ctx.session
  if (!ended) return next()
  ctx.status = 401
  sendPage(ctx, () => endedPage(ended))
}
