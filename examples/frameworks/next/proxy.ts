/** Before every page, action and route handler: refuses other sites, and keeps the session alive and its token young. */
import { csrf, requireSession } from '@sojourn/web'
import { type NextRequest, NextResponse } from 'next/server'
import { withSession } from '@/lib/session'

const fromHere = csrf()
const signedIn = requireSession({ redirectTo: ({ url }) => new URL('/sign-in', url).href })

export function proxy(request: NextRequest): Promise<Response> {
  return withSession(request, async (session) => {
    await fromHere(request, session)
    if (request.nextUrl.pathname.startsWith('/account')) signedIn(request, session)
    return NextResponse.next()
  })
}

export const config = { matcher: '/((?!_next/|favicon).*)' }
