import {
  type RouteResponse,
  type Session,
  type SessionManager,
  SessionUsageError,
} from '@sojourn/core'
import {
  checkManagers,
  checkMount,
  createSessionProperty,
  markPassive,
  type NamedManager,
  refuseReplacement,
  refuseTaken,
} from '@sojourn/core/binding'
import { andThen, isThenable, rejectThrown } from '@sojourn/core/store'
import { deviceResponse, exposeSession, mountSession, sessionOf } from '@sojourn/node'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { replyWithError } from './reply-with-error.ts'

export type { Session, SessionData, SessionInfo, SessionManager } from '@sojourn/core'
export { csrf, type Guard, requireBound, requireRecent, requireSession } from './guards.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * The request's session, where `sessions(manager)` is registered. Declare its data's keys in core's SessionData.
     */
    session: Session
  }
}

/** Options of `sessions`. */
export interface SessionsOptions {
  /** The name of the session on the request. A second manager needs another one. @default 'session' */
  readonly as?: string
  /**
   * Returns true for requests that do not count as use, such as those by which a page polls: they read the session and do
   * not prolong it. For one route, register `sessions(manager, { passive: () => true })` in its scope too: a request is passive if
   * one of its plugins says so.
   * @default every request prolongs its session
   */
  readonly passive?: (request: FastifyRequest) => boolean
}

/**
 * Returns a plugin that loads the session of each request as `request.session` and commits it before the first byte
 * of the response is sent, by `reply.send`, `reply.hijack()` or `reply.raw`. It applies to the instance that it is
 * registered on and to its children. `request.protocol` decides whether a Secure cookie is sent: behind a proxy that
 * ends TLS, set Fastify's `trustProxy`. If the store fails, its SessionStoreError goes to the instance's error
 * handler, with status 503 and Retry-After already on the reply.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `manager` is not a session manager or an option is
 * unknown.
 *
 * @example
 * ```ts
 * import { createSessionManager, envConfig } from '@sojourn/core'
 * import { sessions } from '@sojourn/fastify'
 * import { memoryStore } from '@sojourn/store-memory'
 * import fastify from 'fastify'
 *
 * const manager = createSessionManager(envConfig(secret, { store: memoryStore() }))
 *
 * const app = fastify()
 * await app.register(sessions(manager))
 * app.get('/', async ({ session }) => `Hello ${session.userId ?? 'stranger'}`)
 * ```
 */
export function sessions<Data extends object>(
  manager: SessionManager<Data>,
  options: SessionsOptions = {},
): FastifyPluginAsync {
  const { as = 'session', passive } = checkMount(manager, options, {
    call: 'app.register(sessions(manager))',
    known: { as: true, passive: true },
  })
  const hasFingerprint = manager.fingerprint.length > 0
  const property = createSessionProperty<FastifyRequest>(as, ({ raw }) => sessionOf(manager, raw))
  const mark = (request: FastifyRequest) =>
    markPassive(sessionOf(manager, request.raw), request, passive)
  const plugin: FastifyPluginAsync = async (app) => {
    const mounts = mountsOf(app)
    if (mounts.some((mount) => mount.manager === manager && mount.as === as)) {
      if (passive) app.addHook('onRequest', async (request) => mark(request))
      return
    }
    const all = [...mounts, { manager: manager as SessionManager, as }]
    checkManagers(all)
    if (app.hasRequestDecorator(as)) refuseTaken(as)
    Object.assign(app, { [key]: all })
    app.decorateRequest(as, {
      getter(this: FastifyRequest) {
        return sessionOf(manager, this.raw) ?? throwMissing(as)
      },
      setter: (value: unknown) => refuseReplacement(as, value),
    })
    const answer = (request: FastifyRequest, reply: FastifyReply) => {
      if (!manager.route || sessionOf(manager, request.raw)) return undefined
      return deviceResponse(manager, {
        request: request.raw,
        response: reply.raw,
        secure: request.protocol === 'https',
        path: request.originalUrl,
      })
    }
    const mount = (request: FastifyRequest, reply: FastifyReply) => {
      if (sessionOf(manager, request.raw)) return undefined
      const headers = reply.getHeaders()
      return mountSession(manager, {
        request: request.raw,
        response: reply.raw,
        secure: request.protocol === 'https',
        ip: hasFingerprint ? request.ip : undefined,
        as,
        fail: (error) => replyWithError(reply, headers, error),
      })
    }
    const load = (request: FastifyRequest, reply: FastifyReply, done: Done) => {
      const mounting = rejectThrown(() =>
        andThen(mount(request, reply), () => {
          // On the request itself, because deleting what its prototype has would go unnoticed.
          exposeSession(manager, { request: request.raw, target: request, property })
          mark(request)
        }),
      )
      if (isThenable(mounting)) mounting.then(() => done(), done)
      else done()
    }
    app.addHook('onRequest', (request, reply, done) => {
      const answering = answer(request, reply)
      if (!answering) return load(request, reply, done)
      answering
        .then((found) => {
          if (found) sendDeviceResponse(reply, found)
          else process.nextTick(load, request, reply, done) // what `done` throws is the application's own
        })
        .catch(done)
    })
  }
  // Without a scope of its own: the sessions are for the routes of the instance that the plugin is registered on.
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true })
}

type Done = (error?: Error) => void

/** Sends the response to a request that a browser makes by itself, by Fastify's own means: later hooks may set headers. */
function sendDeviceResponse(
  reply: FastifyReply,
  { status, headers, body = '' }: RouteResponse,
): void {
  reply.code(status)
  for (const [name, value] of headers) reply.header(name, value) // keeps other lines of Set-Cookie
  reply.send(body)
}

/** The same symbol for every copy of this package in a process. */
const key: unique symbol = Symbol.for('sojourn.fastify.mounts/1')

/** Returns what is mounted on an instance and its parents. */
function mountsOf(app: object & { [key]?: readonly NamedManager[] }): readonly NamedManager[] {
  return app[key] ?? []
}

function throwMissing(as: string): never {
  throw new SessionUsageError(
    'ERR_SESSION_MISSING',
    `request.${as} was asked for before it was there. Register sessions(manager) first; hooks that run before its own have no session yet.`,
  )
}
