/** Step-up: asks for the password again, and then leads back. */
import { asksForPassword, destinationOf, questionBefore } from '@sojourn/example-shop/step-up'
import { authenticate, findUser } from '@sojourn/example-shop/users'
import { confirmPage } from '@sojourn/example-shop/views/confirm'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { forUser } from './for-user.ts'
import { field, sendPage } from './send-page.ts'

export const confirmRoutes: Router = Router()
  .get('/confirm', forUser('account', ask))
  .post('/confirm', forUser('account', confirm))

/** Turns the error of `requireRecent`, from any route, into a redirect to the password form. */
export function askForPassword(error: unknown, req: Request, res: Response, next: NextFunction) {
  if (!asksForPassword(error)) return next(error)
  res.redirect(303, questionBefore(req.path))
}

function ask(userId: string, req: Request, res: Response) {
  const { query } = req
  const form = {
    user: findUser(userId),
    goal: destinationOf(query['goal']),
    hasFailed: 'failed' in query,
  }
  sendPage(req, res, () => confirmPage(form))
}

/** A login of the same user is a re-authentication: the id and the limits stay, the token changes. */
async function confirm(userId: string, req: Request, res: Response) {
  const { session } = req
  const goal = destinationOf(field(req, 'goal'))
  const user = await authenticate(findUser(userId)?.login ?? '', field(req, 'password'))
  if (!user) return res.redirect(303, `${questionBefore(goal)}&failed`)
  await session.login(user.id)
  session.flash.add('info', 'Thank you. Go on where you were.')
  res.redirect(303, goal)
}
