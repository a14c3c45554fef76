/** Pages for those who are signed in. */
import type { Context } from 'koa'
import { goTo } from './send-page.ts'

/** Hands the user's id to a handler; whoever is not signed in is asked to, `what for`. */
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
