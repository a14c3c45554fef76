/** The session manager of this application, and how its routes get a session. */
import '@sojourn/example-shop/session-data'
import {
  createSessionManager,
  envConfig,
  SessionAccessError,
  type SessionManager,
} from '@sojourn/core'
import { limits } from '@sojourn/example-shop/settings'
import { shopStore } from '@sojourn/example-shop/store'
import { csrf, type Guard, type Session, sessions } from '@sojourn/web'
import { createContext, type MiddlewareFunction } from 'react-router'

const { SESSION_SECRET } = process.env

// In development Vite loads this file again after a change: the manager and its store must outlive that.
const shared = globalThis as { sessionManager?: SessionManager }
shared.sessionManager ??= createSessionManager(
  envConfig(SESSION_SECRET, { ...limits, store: shopStore() }),
)
const withSession = sessions(shared.sessionManager)
const checkOrigin = csrf()

/** Where loaders and actions find the session: `context.get(sessionContext)`. */
export const sessionContext = createContext<Session>()

/** For root.tsx: opens the session before all loaders and actions, refuses other sites, and commits it after them. */
export const sessionMiddleware: MiddlewareFunction<Response> = ({ request, context }, next) =>
  withSession(request, async (session) => {
    await checkOrigin(request, session)
    context.set(sessionContext, session)
    return next()
  })

/**
 * Returns a middleware for routes that calls a guard. It throws the response of a refusal, because React Router makes
 * every thrown error a 500.
 */
export const guarded =
  (guard: Guard | ReturnType<typeof csrf>): MiddlewareFunction<Response> =>
  async ({ request, context }) => {
    try {
      await guard(request, context.get(sessionContext))
    } catch (error) {
      throw error instanceof SessionAccessError ? error.getResponse() : error
    }
  }
