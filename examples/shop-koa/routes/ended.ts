/** Pages for visitors whose session was ended, on this device or from another. */
import Router from '@koa/router'
import type { SessionManager } from '@sojourn/core'
import { endedPage } from '@sojourn/example-shop/views/notice'
import type { Context, Next } from 'koa'
import { goTo, sendPage } from './send-page.ts'

export function endedRoutes({ cookieName }: SessionManager) {
  return new Router().post('/start-afresh', startAfresh).routes()

  /** Deletes the cookie of the ended session. Only a click may: a late response could delete the cookie of a new login. */
  function startAfresh(ctx: Context) {
    if (ctx.session.ended) ctx.cookies.set(cookieName, null, { secure: ctx.secure })
    goTo(ctx, '/')
  }
}

/** Shows why the session ended, instead of the page: nothing can be saved in it, so the click would be lost. */
export function sayWhyEnded(ctx: Context, next: Next) {
  const { ended } = ctx.session
  if (!ended) return next()
  ctx.status = 401
  sendPage(ctx, () => endedPage(ended))
}
