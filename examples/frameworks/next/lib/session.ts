/** The session manager of this application, and how its parts get a session. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, envConfig } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { shopStore } from '@sojourn/example-shop/store'
import { sessions, shareManager } from '@sojourn/next'

export const manager = shareManager(() =>
  createSessionManager(envConfig(process.env.SESSION_SECRET, { ...limits, store: shopStore() })),
)

export const { withSession, readSession, changeSession, createProxy } = sessions(manager, {
  trustProxy: true, // the proxy in front of Next.js forwards plain HTTP, and sets X-Forwarded-Proto itself
  authInterrupts: true, // as in next.config.ts
})
