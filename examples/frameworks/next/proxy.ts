/** Runs before every page, action and route handler: it guards them, and keeps sessions that are only read alive. */
import { csrf, requireRecent, requireSession } from '@sojourn/next'
import type { NextRequest } from 'next/server'
import { createProxy } from '@/lib/session'

const checkToken = csrf({ token: true })
const requireLogin = requireSession()
const requireRecentLogin = requireRecent('10m')
const toSignIn = requireSession({ redirectTo: '/sign-in' })

export const proxy = createProxy(async (request: NextRequest, session) => {
  const { pathname } = request.nextUrl
  if (pathname.startsWith('/api/account')) {
    requireLogin(request, session)
    await checkToken(request, session)
    if (request.method !== 'GET') requireRecentLogin(request, session)
  }
  if (pathname.startsWith('/account')) toSignIn(request, session)
})

export const config = { matcher: '/((?!_next/|favicon).*)' }
