/** Orders. The guards are in the handlers. */
import { countOf } from '@sojourn/example-shop/cart'
import { csrf, requireRecent, requireSession } from '@sojourn/next'
import { withSession } from '@/lib/session'

const requireLogin = requireSession()
const requireRecentLogin = requireRecent('10m')
const checkToken = csrf({ token: true })

export function GET(request: Request): Promise<Response> {
  return withSession(request, (session) => {
    requireLogin(request, session)
    return Response.json({ inCart: countOf(session.data), token: session.csrfToken() })
  })
}

export function POST(request: Request): Promise<Response> {
  return withSession(request, async (session) => {
    const userId = session.requireUser()
    await checkToken(request, session)
    requireRecentLogin(request, session)
    const ordered = countOf(session.data)
    delete session.data.cart
    return Response.json({ userId, ordered }, { status: 201 })
  })
}
