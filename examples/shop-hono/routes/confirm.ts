/** Step-up: asks for the password again, and then leads back. */
import { destinationOf, questionBefore } from '@sojourn/example-shop/step-up'
import { authenticate, findUser } from '@sojourn/example-shop/users'
import { confirmPage } from '@sojourn/example-shop/views/confirm'
import { Hono } from 'hono'
import type { ShopContext, ShopEnv } from '../env.ts'
import { forUser } from './for-user.ts'
import { field, goTo, hasFailed, sendPage } from './send-page.ts'

export function confirmRoutes() {
  return new Hono<ShopEnv>()
    .get('/confirm', forUser('account', ask))
    .post('/confirm', forUser('account', confirm))
}

function ask(userId: string, c: ShopContext) {
  const goal = destinationOf(c.req.query('goal'))
  const form = { user: findUser(userId), goal, hasFailed: hasFailed(c) }
  return sendPage(c, () => confirmPage(form))
}

/** A login of the same user is a re-authentication: the id and the limits stay, the token changes. */
async function confirm(userId: string, c: ShopContext) {
  const session = c.get('session')
  const goal = destinationOf(await field(c, 'goal'))
  const user = await authenticate(findUser(userId)?.login ?? '', await field(c, 'password'))
  if (!user) return goTo(c, `${questionBefore(goal)}&failed`)
  await session.login(user.id)
  session.flash.add('info', 'Thank you. Go on where you were.')
  return goTo(c, goal)
}
