/** The manager of this application, and how its parts get at a session. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, devConfig, type SessionManager } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'
import { cookieSessions, sessions } from '@sojourn/web'
import { cookies } from 'next/headers'
import { cache } from 'react'

// Next.js bundles what answers a request more than once: the store must be one all the same.
const kept = globalThis as { sessionManager?: SessionManager }
kept.sessionManager ??= createSessionManager(
  devConfig(process.env.SESSION_SECRET, { ...limits, store: memoryStore() }),
)
export const manager = kept.sessionManager

/** For proxy.ts and route handlers. */
export const withSession = sessions(manager)

const { read, change } = cookieSessions(manager, { cookies })

/** For Server Components, which can read cookies and set none: what they find is read-only. */
export const readSession = cache(read)

/** For Server Actions. */
export const changeSession = change
