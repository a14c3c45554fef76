/** The session manager of this application. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, envConfig, type SessionManager } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { shopStore } from '@sojourn/example-shop/store'

const { SESSION_SECRET } = process.env

// In development Vite loads this file again after a change: the manager and its store must outlive that.
const shared = globalThis as { sessionManager?: SessionManager }
shared.sessionManager ??= createSessionManager(
  envConfig(SESSION_SECRET, { ...limits, store: shopStore() }),
)
export const manager = shared.sessionManager
