/** Runs before every page, action and route handler: it guards them, and keeps sessions that are only read alive. */
import { csrf, requireRecent, requireSession } from '@sojourn/web'
import { type NextRequest, NextResponse } from 'next/server'
import { withSession } from '@/lib/session'

const checkOrigin = csrf()
const checkToken = csrf({ token: true })
const requireLogin = requireSession()
const requireRecentLogin = requireRecent('10m')

export function proxy(request: NextRequest): Promise<Response> {
  return withSession(request, async (session) => {
    const { pathname } = request.nextUrl
    await checkOrigin(request, session)
    if (pathname.startsWith('/api/account')) {
      requireLogin(request, session)
      await checkToken(request, session)
      if (request.method !== 'GET') requireRecentLogin(request, session)
    }
    // Next.js wants an absolute address here, and the guards redirect to paths.
    if (pathname.startsWith('/account') && session.userId === undefined)
      return NextResponse.redirect(new URL('/sign-in', request.url), 303)
    return NextResponse.next()
  })
}

export const config = { matcher: '/((?!_next/|favicon).*)' }
