/** Sign-in and sign-out. */
import type { SessionManager } from '@sojourn/core'
import { displacedBy, displacedMessage } from '@sojourn/example-shop/displaced-devices'
import { loginOptions } from '@sojourn/example-shop/login-options'
import { authenticate } from '@sojourn/example-shop/users'
import { endedPage } from '@sojourn/example-shop/views/notice'
import { signInPage } from '@sojourn/example-shop/views/sign-in'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { timeOf } from '../now.ts'
import { field, goTo, sendPage } from './send-page.ts'

export function signInRoutes(app: FastifyInstance, manager: SessionManager) {
  app.get('/sign-in', showForm)
  app.post('/sign-in', signIn)
  app.post('/sign-out', signOut)
  app.get('/signed-out', async (_request, reply) => sendPage(reply, () => endedPage('logout')))

  /** `login` gives the session a new id and a new token; the cart stays. A failed attempt sets no cookie. */
  async function signIn(request: FastifyRequest, reply: FastifyReply) {
    const { session, headers } = request
    const [login, isToStay] = [field(request, 'login'), field(request, 'remember') === 'on']
    const user = await authenticate(login, field(request, 'password'))
    if (!user) return sendPage(reply.code(401), () => signInPage({ login, isToStay }))
    const options = await loginOptions(headers, isToStay)
    const logIn = () => session.login(user.id, options)
    const displaced = await displacedBy(logIn, { manager, userId: user.id })
    session.flash.add('info', `Signed in as ${user.name}.`)
    for (const device of displaced)
      session.flash.add('info', displacedMessage(device, timeOf(request)))
    return goTo(reply, '/')
  }
}

async function showForm({ session }: FastifyRequest, reply: FastifyReply) {
  if (session.userId !== undefined) return goTo(reply, '/')
  return sendPage(reply, () => signInPage())
}

async function signOut({ session }: FastifyRequest, reply: FastifyReply) {
  await session.destroy()
  return goTo(reply, '/signed-out')
}
