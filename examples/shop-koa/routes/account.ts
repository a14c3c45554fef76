/** The account page, and the form that changes the e-mail address after a recent login. */
import Router from '@koa/router'
import { recently } from '@sojourn/example-shop/settings'
import { createEmails } from '@sojourn/example-shop/users'
import { accountPage, emailPage } from '@sojourn/example-shop/views/account'
import type { Context } from 'koa'
import { forUser } from './for-user.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function accountRoutes() {
  const emails = createEmails()
  return new Router()
    .get('/account', forUser('account', show))
    .get('/account/email', forUser('account', edit))
    .post('/account/email', forUser('account', change))
    .routes()

  function show(userId: string, ctx: Context) {
    sendPage(ctx, (session, now) => accountPage(session, { now, email: emails.get(userId) }))
  }

  /** `requireRecent` throws if the last login is too long ago; confirm.ts then asks for the password. */
  function edit(userId: string, ctx: Context) {
    const { session } = ctx
    session.requireRecent(recently)
    const email = session.data.emailDraft ?? emails.get(userId)
    sendPage(ctx, () => emailPage({ email, hasFailed: 'failed' in ctx.query }))
  }

  /** Keeps what was typed in the session first: the user may have to give the password before it can be saved. */
  function change(userId: string, ctx: Context) {
    const { session } = ctx
    const email = field(ctx, 'email').trim().slice(0, 254)
    session.data.emailDraft = email
    session.requireRecent(recently)
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return goTo(ctx, '/account/email?failed')
    emails.set(userId, email)
    delete session.data.emailDraft
    session.flash.add('info', `Your e-mail address is ${email} now.`)
    goTo(ctx, '/account')
  }
}
