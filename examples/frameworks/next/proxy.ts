/** Before every page, action and route handler: refuses other sites, and keeps the session alive and its token young. */
import { csrf } from '@sojourn/web'
import { type NextRequest, NextResponse } from 'next/server'
import { withSession } from '@/lib/session'

const fromHere = csrf()

export function proxy(request: NextRequest): Promise<Response> {
  return withSession(request, async (session) => {
    await fromHere(request, session)
    if (request.nextUrl.pathname.startsWith('/account') && session.userId === undefined)
      return NextResponse.redirect(new URL('/sign-in', request.url), 303)
    return NextResponse.next()
  })
}

export const config = { matcher: '/((?!_next/|favicon).*)' }
