/** Pages for users who are signed in. */
import type { Context } from 'koa'
import { goTo } from './send-page.ts'

/** Calls a handler with the user's id. Visitors are redirected to the sign-in page, with a message that names the page. */
export function forUser(
  what: string,
  handle: (userId: string, ctx: Context) => void | Promise<void>,
) {
  return (ctx: Context) => {
    const { userId, flash } = ctx.session
    if (userId !== undefined) return handle(userId, ctx)
    flash.add('info', `Sign in to see your ${what}.`)
    goTo(ctx, '/sign-in')
  }
}
