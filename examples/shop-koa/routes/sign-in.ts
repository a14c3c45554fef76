/** Sign-in and sign-out. */
import Router from '@koa/router'
import type { SessionManager } from '@sojourn/core'
import { displacedBy, displacedMessage } from '@sojourn/example-shop/displaced-devices'
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import type { Context } from 'koa'
import { field, goTo, sendPage } from './send-page.ts'

export function signInRoutes(manager: SessionManager) {
  return new Router()
    .get('/sign-in', showForm)
    .post('/sign-in', signIn)
    .post('/sign-out', signOut)
    .get('/signed-out', (ctx: Context) => sendPage(ctx, () => endedPage('logout')))
    .routes()

  /** `login` gives the session a new id and a new token; the cart stays. A failed attempt sets no cookie. */
  async function signIn(ctx: Context) {
    const { session } = ctx
    const [login, isToStay] = [field(ctx, 'login'), field(ctx, 'remember') === 'on']
    const user = await authenticate(login, field(ctx, 'password'))
    if (!user) {
      ctx.status = 401
      return sendPage(ctx, () => signInPage({ login, isToStay }))
    }
    const options = await loginOptions(ctx.headers, isToStay)
    const logIn = () => session.login(user.id, options)
    const displaced = await displacedBy(logIn, { manager, userId: user.id })
    session.flash.add('info', `Signed in as ${user.name}.`)
    for (const device of displaced)
      session.flash.add('info', displacedMessage(device, ctx.state['now']))
    goTo(ctx, '/')
  }
}

function showForm(ctx: Context) {
  if (ctx.session.userId !== undefined) return goTo(ctx, '/')
  sendPage(ctx, () => signInPage())
}

async function signOut(ctx: Context) {
  await ctx.session.destroy()
  goTo(ctx, '/signed-out')
}
