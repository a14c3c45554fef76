/** The manager of this application, and how its routes get at a session. */
import '@sojourn/example-shop/session-data'
import { createSessionManager, defaultConfig, devConfig } from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { memoryStore } from '@sojourn/store-memory'
import { csrf, type Session, sessions } from '@sojourn/web'
import { createContext, type MiddlewareFunction } from 'react-router'

const { NODE_ENV, SESSION_SECRET = '' } = process.env
const config = NODE_ENV === 'production' ? defaultConfig : devConfig

export const manager = createSessionManager(
  config(SESSION_SECRET, { ...limits, store: memoryStore() }),
)
const withSession = sessions(manager)
const fromHere = csrf()

/** Where a loader or an action finds the session: `context.get(sessionContext)`. */
export const sessionContext = createContext<Session>()

/** For root.tsx: opens the session before all loaders and actions, refuses other sites, and commits it after them. */
export const sessionMiddleware: MiddlewareFunction<Response> = ({ request, context }, next) =>
  withSession(request, async (session) => {
    await fromHere(request, session)
    context.set(sessionContext, session)
    return next()
  })
