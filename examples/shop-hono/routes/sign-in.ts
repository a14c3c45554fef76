/** Sign-in and sign-out. */
import type { SessionManager } from '@sojourn/core'
import { displacedBy, displacedMessage } from '@sojourn/example-shop/displaced-devices'
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import { Hono } from 'hono'
import type { ShopContext, ShopEnv } from '../env.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function signInRoutes(manager: SessionManager) {
  return new Hono<ShopEnv>()
    .get('/sign-in', showForm)
    .post('/sign-in', signIn)
    .post('/sign-out', signOut)
    .get('/signed-out', (c) => sendPage(c, () => endedPage('logout')))

  /** `login` gives the session a new id and a new token; the cart stays. A failed attempt sets no cookie. */
  async function signIn(c: ShopContext) {
    const session = c.get('session')
    const [login, isToStay] = [await field(c, 'login'), (await field(c, 'remember')) === 'on']
    const user = await authenticate(login, await field(c, 'password'))
    if (!user) return sendPage(c, () => signInPage({ login, isToStay }), 401)
    const options = await loginOptions(c.req.raw.headers, isToStay)
    const logIn = () => session.login(user.id, options)
    const displaced = await displacedBy(logIn, { manager, userId: user.id })
    session.flash.add('info', `Signed in as ${user.name}.`)
    for (const device of displaced)
      session.flash.add('info', displacedMessage(device, c.get('now')))
    return goTo(c, '/')
  }
}

function showForm(c: ShopContext) {
  if (c.get('session').userId !== undefined) return goTo(c, '/')
  return sendPage(c, () => signInPage())
}

async function signOut(c: ShopContext) {
  await c.get('session').destroy()
  return goTo(c, '/signed-out')
}
