import cookie from '@fastify/cookie'
import session, { MemoryStore } from '@fastify/session'
import fastify from 'fastify'
import cookie9 from 'fastify-cookie9'
import session10 from 'fastify-session10'
import fastify4 from 'fastify4'
import type { ExpressStore } from '../../src/sources/express-session/express-store.ts'

/** The options of `@fastify/session` that the tests use. */
export interface PluginOptions {
  readonly secret: string | string[] | object
  readonly algorithm?: string
  readonly cookieName?: string
  readonly cookiePrefix?: string
  readonly rolling?: boolean
  readonly cookie?: { readonly maxAge?: number }
  readonly store?: object
}

/** A visitor of an application with `@fastify/session`. */
export interface FastifyVisitor {
  /** Puts data into the session, and returns the `Set-Cookie` lines of the response. */
  put(data: object): Promise<readonly string[]>
  /** Returns the data of the session that a cookie opens. */
  get(cookie: string): Promise<unknown>
}

export const secret = 'a secret of the old application: 7f3b1c9e'

/** The two versions of `@fastify/session`, each with the Fastify that it is for. */
export const versions = {
  11: { fastify, cookie, session },
  10: { fastify: fastify4, cookie: cookie9, session: session10 },
} as const

/** Returns the memory store of `@fastify/session`. */
export function memoryStore(): ExpressStore {
  return new MemoryStore() as unknown as ExpressStore
}

/** Runs an application with `@fastify/session` of a version. */
export async function fastifyApplication(
  version: keyof typeof versions,
  options: PluginOptions,
): Promise<FastifyVisitor> {
  const made = versions[version]
  const app = (made.fastify as typeof fastify)()
  await app.register(made.cookie as unknown as typeof cookie)
  const cookieOptions = { secure: false, ...options.cookie }
  await app.register(made.session as unknown as typeof session, {
    saveUninitialized: false,
    ...(options as { secret: string }),
    cookie: cookieOptions,
  })
  app.post('/', async (request) => Object.assign(request.session, request.body))
  app.get('/', async (request) => JSON.parse(JSON.stringify(request.session)))
  return {
    async put(payload) {
      const response = await app.inject({ method: 'POST', url: '/', payload })
      return [response.headers['set-cookie'] ?? []].flat()
    },
    async get(header) {
      const response = await app.inject({ url: '/', headers: { cookie: header } })
      return response.json()
    },
  }
}
