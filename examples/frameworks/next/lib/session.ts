/** The session manager of this application, and how its parts get a session. */
import '@sojourn/example-shop/session-data'
import {
  createSessionManager,
  envConfig,
  SessionAccessError,
  type SessionManager,
} from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { shopStore } from '@sojourn/example-shop/store'
import { cookieSessions, sessions } from '@sojourn/web'
import { cookies, headers } from 'next/headers'
import { forbidden, unauthorized } from 'next/navigation'
import { cache } from 'react'

const { SESSION_SECRET } = process.env

// Next.js loads this module once for each bundle, and in development again after each change: the manager and its store
// must be the same for all of them.
const shared = globalThis as { sessionManager?: SessionManager }
shared.sessionManager ??= createSessionManager(
  envConfig(SESSION_SECRET, { ...limits, store: shopStore() }),
)
export const manager = shared.sessionManager

/** The proxy in front of Next.js forwards plain HTTP, and sets this header itself. */
const isHttps = (headers: Headers) => headers.get('x-forwarded-proto') === 'https'

/** For proxy.ts and route handlers. */
export const withSession = sessions(manager, { isSecure: ({ headers }) => isHttps(headers) })

const { read, change } = cookieSessions(manager, {
  cookies,
  isSecure: async () => isHttps(await headers()),
})

/** For Server Components, which cannot set cookies: the session is read-only. */
export const readSession = cache(read)

/** For Server Actions. What `requireUser` and `requireRecent` throw becomes the page of Next.js for 401 or 403. */
export const changeSession: typeof change = async (act) => {
  try {
    return await change(act)
  } catch (error) {
    if (!(error instanceof SessionAccessError)) throw error
    return error.status === 401 ? unauthorized() : forbidden()
  }
}
