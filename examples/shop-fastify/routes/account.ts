/** The account page, and the form that changes the e-mail address after a recent login. */
import { recently } from '@sojourn/example-shop/settings'
import { createEmails } from '@sojourn/example-shop/users'
import { accountPage, emailPage } from '@sojourn/example-shop/views/account'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { forUser } from './for-user.ts'
import { field, goTo, hasFailed, sendPage } from './send-page.ts'

export function accountRoutes(app: FastifyInstance) {
  const emails = createEmails()
  app.get('/account', forUser('account', show))
  app.get('/account/email', forUser('account', edit))
  app.post('/account/email', forUser('account', change))

  function show(userId: string, _request: FastifyRequest, reply: FastifyReply) {
    return sendPage(reply, (session, now) =>
      accountPage(session, { now, email: emails.get(userId) }),
    )
  }

  /** `requireRecent` throws if the last login is too long ago; trouble.ts then leads to the password form. */
  function edit(userId: string, request: FastifyRequest, reply: FastifyReply) {
    const { session } = request
    session.requireRecent(recently)
    const email = session.data.emailDraft ?? emails.get(userId)
    return sendPage(reply, () => emailPage({ email, hasFailed: hasFailed(request) }))
  }

  /** Keeps what was typed in the session first: the user may have to give the password before it can be saved. */
  function change(userId: string, request: FastifyRequest, reply: FastifyReply) {
    const { session } = request
    const email = field(request, 'email').trim().slice(0, 254)
    session.data.emailDraft = email
    session.requireRecent(recently)
    if (!/^[^\s@]+@[^\s@]+$/.test(email)) return goTo(reply, '/account/email?failed')
    emails.set(userId, email)
    delete session.data.emailDraft
    session.flash.add('info', `Your e-mail address is ${email} now.`)
    return goTo(reply, '/account')
  }
}
