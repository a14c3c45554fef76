/** The account: its e-mail address changes only after a recent login. */

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

  /** `requireRecent` throws for whoever has to prove again who they are: see confirm.ts. */
  function edit(userId: string, req: Request, res: Response) {
    const { session } = req
    session.requireRecent(recently)
    const email = session.data.emailDraft ?? emails.get(userId)
    sendPage(req, res, () => emailPage({ email, hasFailed: 'failed' in req.query }))
  }

  /** What was typed is kept until it is saved, because time may be up in between. */
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
