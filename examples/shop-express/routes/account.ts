/** The account page, and the form that changes the e-mail address after a recent login. */

import { recently } from '@sojourn/example-shop/settings'
import { createEmails } from '@sojourn/example-shop/users'
import { accountPage, emailPage } from '@sojourn/example-shop/views/account'
import { type Request, type Response, Router } from 'express'
import { forUser } from './for-user.ts'
import { field, sendPage } from './send-page.ts'

export function accountRoutes(): Router {
  const emails = createEmails()
  return Router()
    .get('/account', forUser('account', show))
    .get('/account/email', forUser('account', edit))
    .post('/account/email', forUser('account', change))

  function show(userId: string, req: Request, res: Response) {
    sendPage(req, res, (session, now) => accountPage(session, { now, email: emails.get(userId) }))
  }

  /** `requireRecent` throws if the last login is too long ago; confirm.ts then asks for the password. */
  function edit(userId: string, req: Request, res: Response) {
    const { session } = req
    session.requireRecent(recently)
    const email = session.data.emailDraft ?? emails.get(userId)
    sendPage(req, res, () => emailPage({ email, hasFailed: 'failed' in req.query }))
  }

  /** Keeps what was typed in the session first: the user may have to give the password before it can be saved. */
  function change(userId: string, req: Request, res: Response) {
    const { session } = req
    const email = field(req, 'email').trim().slice(0, 254)
    session.data.emailDraft = email
    session.requireRecent(recently)
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return res.redirect(303, '/account/email?failed')
    emails.set(userId, email)
    delete session.data.emailDraft
    session.flash.add('info', `Your e-mail address is ${email} now.`)
    res.redirect(303, '/account')
  }
}
