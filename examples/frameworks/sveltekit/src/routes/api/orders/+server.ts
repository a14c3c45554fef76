/** Orders. The guards are in hooks.server.ts. */
import { countOf } from '@sojourn/example-shop/cart'
import { json } from '@sveltejs/kit'
import type { RequestHandler } from './$types'

export const GET: RequestHandler = ({ locals: { session } }) =>
  json({ inCart: countOf(session.data), token: session.csrfToken() })

export const POST: RequestHandler = ({ locals: { session } }) => {
  const userId = session.requireUser()
  const ordered = countOf(session.data)
  delete session.data.cart
  return json({ userId, ordered }, { status: 201 })
}
