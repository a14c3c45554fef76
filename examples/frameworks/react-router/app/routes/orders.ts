/** Orders, for users who have just logged in. */
import { countOf } from '@sojourn/example-shop/cart'
import { csrf, requireRecent, requireSession } from '@sojourn/web'
import { guarded, sessionContext } from '../session.server'
import type { Route } from './+types/orders'

const recently = guarded(requireRecent('10m'))

export const middleware: Route.MiddlewareFunction[] = [
  guarded(requireSession()),
  guarded(csrf({ token: true })),
  (args, next) => (args.request.method === 'GET' ? next() : recently(args, next)),
]

export function loader({ context }: Route.LoaderArgs) {
  const session = context.get(sessionContext)
  return Response.json({ inCart: countOf(session.data), token: session.csrfToken() })
}

export function action({ context }: Route.ActionArgs) {
  const session = context.get(sessionContext)
  const userId = session.requireUser()
  const ordered = countOf(session.data)
  delete session.data.cart
  return Response.json({ userId, ordered }, { status: 201 })
}
