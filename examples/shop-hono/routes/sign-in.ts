/** Signing in and out. */
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import { Hono } from 'hono'
import type { ShopContext, ShopEnv } from '../env.ts'
import { field, goTo, hasFailed, sendPage } from './send-page.ts'

export function signInRoutes() {
  return new Hono<ShopEnv>()
    .get('/sign-in', showForm)
    .post('/sign-in', signIn)
    .post('/sign-out', signOut)
    .get('/signed-out', (c) => sendPage(c, () => endedPage('logout')))
}

/** A failed attempt is told by the address and not by the session: it is worth no cookie. */
function showForm(c: ShopContext) {
  if (c.get('session').userId !== undefined) return goTo(c, '/')
  return sendPage(c, () => signInPage({ hasFailed: hasFailed(c) }))
}

/** `login` gives the session a new id and token, and takes the cart along. */
async function signIn(c: ShopContext) {
  const session = c.get('session')
  const user = await authenticate(await field(c, 'login'), await field(c, 'password'))
  if (!user) return goTo(c, '/sign-in?failed')
  const isToStay = (await field(c, 'remember')) === 'on'
  await session.login(user.id, loginOptions(c.req.header('user-agent'), isToStay))
  session.flash.add('info', `Signed in as ${user.name}.`)
  return goTo(c, '/')
}

async function signOut(c: ShopContext) {
  await c.get('session').destroy()
  return goTo(c, '/signed-out')
}
