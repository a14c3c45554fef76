import { type Session, type SessionManager, SessionUsageError } from '@sojourn/core'
import { checkManager } from '@sojourn/core/binding'
import { mountSession, sessionOf } from '@sojourn/node'
import type { FastifyPluginAsync, FastifyRequest } from 'fastify'
import { replyWithError } from './answer-instead.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { csrf, type Guard, requireRecent, requireSession } from './guards.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The request's session, where `sessions(manager)` is registered. Declare its keys in core's SessionData. */
    session: Session
  }
}

/** How sessions are registered on a Fastify application. */
export interface SessionsOptions {
  /** The name of the session on the request; another one for a second manager. @default 'session' */
  readonly as?: string
}

/**
 * Gives each request of the instance that it is registered on, and of its children, its `request.session`, and commits
 * it before the first byte of the response leaves: by `reply.send`, `reply.hijack()` or `reply.raw`. Whether a request
 * is secure says Fastify, by its option `trustProxy`. Trouble goes to the instance's error handler: a store that is down
 * as a SessionStoreError with status 503, and a Retry-After on the reply.
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  { as = 'session' }: SessionsOptions = {},
): FastifyPluginAsync {
  checkManager(manager)
  const mount: FastifyPluginAsync = async (app) => {
    if (isMounted(app, as, manager)) return
    app.decorateRequest(as, {
      getter(this: FastifyRequest) {
        return sessionOf(manager, this.raw) ?? refuse(as)
      },
    })
    app.decorate(mountKey(as), manager)
    app.addHook('onRequest', async (request, reply) => {
      if (sessionOf(manager, request.raw)) return
      const found = reply.getHeaders()
      const fail = (error: unknown) => replyWithError(reply, found, error)
      const exchange = { request: request.raw, response: reply.raw, fail }
      await mountSession(manager, { ...exchange, secure: request.protocol === 'https' })
    })
  }
  // Not a scope of its own: the routes beside the registration are those that want sessions.
  return Object.assign(mount, { [Symbol.for('skip-override')]: true })
}

/** Whether an instance, or one that it lies in, has sessions of this manager by this name. */
function isMounted(app: object, as: string, manager: object): boolean {
  return Reflect.get(app, mountKey(as)) === manager
}

function mountKey(as: string): symbol {
  return Symbol.for(`@sojourn/fastify ${as}`)
}

function refuse(as: string): never {
  throw new SessionUsageError(
    'ERR_SESSION_MISSING',
    `request.${as} was asked for before it was there. Register sessions(manager) first; hooks that run before its own have no session yet.`,
  )
}
