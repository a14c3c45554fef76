/** The manager of this application, and how its parts get at a session. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, defaultConfig, devConfig, type SessionManager } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'
import { cookieSessions, sessions } from '@sojourn/web'
import { cookies, headers } from 'next/headers'
import { cache } from 'react'

const { NODE_ENV, SESSION_SECRET = '' } = process.env
const config = NODE_ENV === 'production' ? defaultConfig : devConfig

// Next.js bundles what answers a request more than once: the store must be one all the same.
const kept = globalThis as { sessionManager?: SessionManager }
kept.sessionManager ??= createSessionManager(
  config(SESSION_SECRET, { ...limits, store: memoryStore() }),
)
export const manager = kept.sessionManager

/** Next.js hears plain HTTP from the proxy in front of it, which sets this header itself. */
const isHttps = (headers: Headers) => headers.get('x-forwarded-proto') === 'https'

/** For proxy.ts and route handlers. */
export const withSession = sessions(manager, { isSecure: ({ headers }) => isHttps(headers) })

const { read, change } = cookieSessions(manager, {
  cookies,
  isSecure: async () => isHttps(await headers()),
})

/** For Server Components, which can read cookies and set none: what they find is read-only. */
export const readSession = cache(read)

/** For Server Actions. */
export const changeSession = change
