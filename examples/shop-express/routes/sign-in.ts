/** Signing in and out. */

import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import { type Request, type Response, Router } from 'express'
import { field, sendPage } from './send-page.ts'

export const signInRoutes: Router = Router()
  .get('/sign-in', showForm)
  .post('/sign-in', signIn)
  .post('/sign-out', signOut)
  .get('/signed-out', (req, res) => sendPage(req, res, () => endedPage('logout')))

/** A failed attempt is told by the address and not by the session: it is worth no cookie. */
function showForm(req: Request, res: Response) {
  if (req.session.userId !== undefined) return res.redirect(303, '/')
  sendPage(req, res, () => signInPage({ hasFailed: 'failed' in req.query }))
}

/** `login` gives the session a new id and token, and takes the cart along. */
async function signIn(req: Request, res: Response) {
  const user = await authenticate(field(req, 'login'), field(req, 'password'))
  if (!user) return res.redirect(303, '/sign-in?failed')
  await req.session.login(
    user.id,
    loginOptions(req.get('user-agent'), field(req, 'remember') === 'on'),
  )
  req.session.flash.add('info', `Signed in as ${user.name}.`)
  res.redirect(303, '/')
}

async function signOut(req: Request, res: Response) {
  await req.session.destroy()
  res.redirect(303, '/signed-out')
}
