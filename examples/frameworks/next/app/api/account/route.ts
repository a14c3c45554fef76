/** The account. The guards are in proxy.ts. */
import { findUser } from '@sojourn/example-shop/users'
import { withSession } from '@/lib/session'

export function GET(request: Request): Promise<Response> {
  return withSession(request, (session) =>
    Response.json({ name: findUser(session.userId)?.name, token: session.csrfToken() }),
  )
}

export function POST(request: Request): Promise<Response> {
  return withSession(request, async (session) => {
    const { email } = await request.json()
    session.data.emailDraft = String(email)
    return Response.json({ email: session.data.emailDraft }, { status: 201 })
  })
}
