/** Step-up: asks for the password again, and then leads back. */
import Router from '@koa/router'
import { asksForPassword, destinationOf, questionBefore } from '@sojourn/example-shop/step-up'
import { authenticate, findUser } from '@sojourn/example-shop/users'
import { confirmPage } from '@sojourn/example-shop/views/confirm'
import type { Context, Next } from 'koa'
import { forUser } from './for-user.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function confirmRoutes() {
  return new Router()
    .get('/confirm', forUser('account', ask))
    .post('/confirm', forUser('account', confirm))
    .routes()
}

/** Turns the error of `requireRecent`, from any route, into a redirect to the password form. */
export async function askForPassword(ctx: Context, next: Next) {
  try {
    await next()
  } catch (error) {
    if (!asksForPassword(error)) throw error
    goTo(ctx, questionBefore(ctx.path))
  }
}

function ask(userId: string, ctx: Context) {
  const { query } = ctx
  const goal = destinationOf(query['goal'])
  const form = { user: findUser(userId), goal, hasFailed: 'failed' in query }
  sendPage(ctx, () => confirmPage(form))
}

/** A login of the same user is a re-authentication: the id and the limits stay, the token changes. */
async function confirm(userId: string, ctx: Context) {
  const goal = destinationOf(field(ctx, 'goal'))
  const user = await authenticate(findUser(userId)?.login ?? '', field(ctx, 'password'))
  if (!user) return goTo(ctx, `${questionBefore(goal)}&failed`)
  await ctx.session.login(user.id)
  ctx.session.flash.add('info', 'Thank you. Go on where you were.')
  goTo(ctx, goal)
}
