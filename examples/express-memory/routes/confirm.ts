/** Step-up: who has not signed in lately proves again who they are, and then goes on. */
import { SessionAccessError } from '@sojourn/core'
import { type NextFunction, type Request, type Response, Router } from 'express'
import { authenticate, findUser } from '../users.ts'
import { confirmPage } from '../views/confirm.ts'
import { forUser } from './for-user.ts'
import { field, sendPage } from './send-page.ts'

/** Where one may go on. A path from an address counts only if it is here, so that no link leads away. */
const destinations: ReadonlySet<unknown> = new Set(['/account/email'])

export const confirmRoutes: Router = Router()
  .get('/confirm', forUser('account', ask))
  .post('/confirm', forUser('account', confirm))

/** What `requireRecent` threw, wherever it did, becomes the question for the password. */
export function askForPassword(error: unknown, req: Request, res: Response, next: NextFunction) {
  if (!(error instanceof SessionAccessError)) return next(error)
  res.redirect(303, `/confirm?goal=${req.path}`)
}

function ask(userId: string, req: Request, res: Response) {
  const { query } = req
  const form = { user: findUser(userId), goal: pathOf(query['goal']), hasFailed: 'failed' in query }
  sendPage(req, res, () => confirmPage(form))
}

/** A login of the user who is signed in is a re-authentication: the id and the limits stay, the token changes. */
async function confirm(userId: string, req: Request, res: Response) {
  const { session } = req
  const goal = pathOf(field(req, 'goal'))
  const user = await authenticate(findUser(userId)?.login ?? '', field(req, 'password'))
  if (!user) return res.redirect(303, `/confirm?goal=${goal}&failed`)
  await session.login(user.id)
  session.flash.add('info', 'Thank you. Go on where you were.')
  res.redirect(303, goal)
}

function pathOf(goal: unknown): string {
  return destinations.has(goal) ? String(goal) : '/account'
}
