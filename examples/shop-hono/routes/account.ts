/** The account page, and the form that changes the e-mail address after a recent login. */
import { recently } from '@sojourn/example-shop/settings'
import { createEmails } from '@sojourn/example-shop/users'
import { accountPage, emailPage } from '@sojourn/example-shop/views/account'
import { Hono } from 'hono'
import type { ShopContext, ShopEnv } from '../env.ts'
import { forUser } from './for-user.ts'
import { field, goTo, hasFailed, sendPage } from './send-page.ts'

export function accountRoutes() {
  const emails = createEmails()
  return new Hono<ShopEnv>()
    .get('/account', forUser('account', show))
    .get('/account/email', forUser('account', edit))
    .post('/account/email', forUser('account', change))

  function show(userId: string, c: ShopContext) {
    return sendPage(c, (session, now) => accountPage(session, { now, email: emails.get(userId) }))
  }

  /** `requireRecent` throws if the last login is too long ago; trouble.ts then leads to the password form. */
  function edit(userId: string, c: ShopContext) {
    const session = c.get('session')
    session.requireRecent(recently)
    const email = session.data.emailDraft ?? emails.get(userId)
    return sendPage(c, () => emailPage({ email, hasFailed: hasFailed(c) }))
  }

  /** Keeps what was typed in the session first: the user may have to give the password before it can be saved. */
  async function change(userId: string, c: ShopContext) {
    const session = c.get('session')
    const email = (await field(c, 'email')).trim().slice(0, 254)
    session.data.emailDraft = email
    session.requireRecent(recently)
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return goTo(c, '/account/email?failed')
    emails.set(userId, email)
    delete session.data.emailDraft
    session.flash.add('info', `Your e-mail address is ${email} now.`)
    return goTo(c, '/account')
  }
}
