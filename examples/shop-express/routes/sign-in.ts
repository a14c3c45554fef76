/** Sign-in and sign-out. */
import type { SessionManager } from '@sojourn/core'
import { displacedBy, displacedMessage } from '@sojourn/example-shop/displaced-devices'
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import { type Request, type Response, Router } from 'express'
import { field, sendPage } from './send-page.ts'

export function signInRoutes(manager: SessionManager): Router {
  return Router()
    .get('/sign-in', showForm)
    .post('/sign-in', signIn)
    .post('/sign-out', signOut)
    .get('/signed-out', (req, res) => sendPage(req, res, () => endedPage('logout')))

  /** `login` gives the session a new id and a new token; the cart stays. A failed attempt sets no cookie. */
  async function signIn(req: Request, res: Response) {
    const { session } = req
    const [login, isToStay] = [field(req, 'login'), field(req, 'remember') === 'on']
    const user = await authenticate(login, field(req, 'password'))
    if (!user) return sendPage(req, res.status(401), () => signInPage({ login, isToStay }))
    const options = await loginOptions(req.headers, isToStay)
    const logIn = () => session.login(user.id, options)
    const displaced = await displacedBy(logIn, { manager, userId: user.id })
    session.flash.add('info', `Signed in as ${user.name}.`)
    for (const device of displaced)
      session.flash.add('info', displacedMessage(device, res.locals.now))
    res.redirect(303, '/')
  }
}

function showForm(req: Request, res: Response) {
  if (req.session.userId !== undefined) return res.redirect(303, '/')
  sendPage(req, res, () => signInPage())
}

async function signOut(req: Request, res: Response) {
  await req.session.destroy()
  res.redirect(303, '/signed-out')
}
