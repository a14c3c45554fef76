/** Step-up: asks for the password again, and then leads back. */
import { destinationOf, questionBefore } from '@sojourn/example-shop/step-up'
import { authenticate, findUser } from '@sojourn/example-shop/users'
import { confirmPage } from '@sojourn/example-shop/views/confirm'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { forUser } from './for-user.ts'
import { field, goTo, hasFailed, sendPage } from './send-page.ts'

export function confirmRoutes(app: FastifyInstance) {
  app.get('/confirm', forUser('account', ask))
  app.post('/confirm', forUser('account', confirm))
}

function ask(userId: string, request: FastifyRequest, reply: FastifyReply) {
  const goal = destinationOf(Object(request.query).goal)
  const form = { user: findUser(userId), goal, hasFailed: hasFailed(request) }
  return sendPage(reply, () => confirmPage(form))
}

/** A login of the same user is a re-authentication: the id and the limits stay, the token changes. */
async function confirm(userId: string, request: FastifyRequest, reply: FastifyReply) {
  const { session } = request
  const goal = destinationOf(field(request, 'goal'))
  const user = await authenticate(findUser(userId)?.login ?? '', field(request, 'password'))
  if (!user) return goTo(reply, `${questionBefore(goal)}&failed`)
  await session.login(user.id)
  session.flash.add('info', 'Thank you. Go on where you were.')
  return goTo(reply, goal)
}
