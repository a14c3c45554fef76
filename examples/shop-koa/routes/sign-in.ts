/** Signing in and out. */
import Router from '@koa/router'
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import type { Context } from 'koa'
import { field, goTo, sendPage } from './send-page.ts'

export function signInRoutes() {
  return new Router()
    .get('/sign-in', showForm)
    .post('/sign-in', signIn)
    .post('/sign-out', signOut)
    .get('/signed-out', (ctx: Context) => sendPage(ctx, () => endedPage('logout')))
    .routes()
}

/** A failed attempt is told by the address and not by the session: it is worth no cookie. */
function showForm(ctx: Context) {
  if (ctx.session.userId !== undefined) return goTo(ctx, '/')
  sendPage(ctx, () => signInPage({ hasFailed: 'failed' in ctx.query }))
}

/** `login` gives the session a new id and token, and takes the cart along. */
async function signIn(ctx: Context) {
  const user = await authenticate(field(ctx, 'login'), field(ctx, 'password'))
  if (!user) return goTo(ctx, '/sign-in?failed')
  const isToStay = field(ctx, 'remember') === 'on'
  await ctx.session.login(user.id, loginOptions(ctx.get('user-agent'), isToStay))
  ctx.session.flash.add('info', `Signed in as ${user.name}.`)
  goTo(ctx, '/')
}

async function signOut(ctx: Context) {
  await ctx.session.destroy()
  goTo(ctx, '/signed-out')
}
