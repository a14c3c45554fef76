/** Signing in and out. */
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { field, goTo, hasFailed, sendPage } from './send-page.ts'

export function signInRoutes(app: FastifyInstance) {
  app.get('/sign-in', showForm)
  app.post('/sign-in', signIn)
  app.post('/sign-out', signOut)
  app.get('/signed-out', async (_request, reply) => sendPage(reply, () => endedPage('logout')))
}

/** A failed attempt is told by the address and not by the session: it is worth no cookie. */
async function showForm(request: FastifyRequest, reply: FastifyReply) {
  if (request.session.userId !== undefined) return goTo(reply, '/')
  return sendPage(reply, () => signInPage({ hasFailed: hasFailed(request) }))
}

/** `login` gives the session a new id and token, and takes the cart along. */
async function signIn(request: FastifyRequest, reply: FastifyReply) {
  const { session, headers } = request
  const user = await authenticate(field(request, 'login'), field(request, 'password'))
  if (!user) return goTo(reply, '/sign-in?failed')
  const isToStay = field(request, 'remember') === 'on'
  await session.login(user.id, loginOptions(headers['user-agent'] ?? '', isToStay))
  session.flash.add('info', `Signed in as ${user.name}.`)
  return goTo(reply, '/')
}

async function signOut({ session }: FastifyRequest, reply: FastifyReply) {
  await session.destroy()
  return goTo(reply, '/signed-out')
}
