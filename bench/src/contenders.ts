import type { Server } from 'node:http'
import secureSession from '@fastify/secure-session'
import { createAdaptorServer } from '@hono/node-server'
import { useSession } from '@hono/session'
import { createSessionManager, devConfig } from '@sojourn/core'
import { sessions as onFastify } from '@sojourn/fastify'
import { sessions as onHono } from '@sojourn/hono'
import { cookieStore } from '@sojourn/store-cookie'
import fastify, { type FastifyInstance, type FastifyRequest } from 'fastify'
import { type Context, Hono, type Env as HonoEnv } from 'hono'
import { getIronSession } from 'iron-session'
import { type BenchData, profile, secret } from './data.ts'

/** One way to keep a session in a cookie, as a server; and the bare framework that it is measured over. */
export interface Contender {
  readonly over: string
  start(): Promise<Server>
}

/** What a handler does with the session of its request; what it answers is the body. */
interface Acts<Request> {
  read(request: Request): unknown
  write(request: Request): unknown
  login(request: Request): unknown
}

const bare: Acts<unknown> = { read: () => 1, write: () => 2, login: () => 'in' }
const signedIn = (): BenchData => ({ user: 'ada', n: 1, profile })

/** A Sojourn manager over its cookie store, which remembers so many opened tokens. */
const managerOf = (cacheSize: number) =>
  createSessionManager<BenchData>(devConfig(secret, { store: cookieStore({ cacheSize }) }))

const sojournActs: Acts<{ data: BenchData; login(user: string): Promise<void> }> = {
  read: ({ data }) => data.n,
  write: ({ data }) => {
    data.n = (data.n ?? 0) + 1
    return data.n
  },
  async login(session) {
    await session.login('ada')
    Object.assign(session.data, signedIn())
    return 'in'
  },
}

export const contenders: Readonly<Record<string, Contender>> = {
  'bare Fastify': { over: 'bare Fastify', start: () => fastifyWith(fastify(), bare) },
  '@fastify/secure-session': {
    over: 'bare Fastify',
    async start() {
      const app = fastify()
      await app.register(secureSession, { key: Buffer.from(secret).subarray(0, 32) })
      return fastifyWith(app, {
        read: ({ session }) => session.get('n'),
        write({ session }) {
          const n = Number(session.get('n')) + 1
          session.set('n' as never, n as never)
          return n
        },
        login({ session }) {
          for (const [key, value] of Object.entries(signedIn()))
            session.set(key as never, value as never)
          return 'in'
        },
      })
    },
  },
  'Sojourn on Fastify': sojournOnFastify(1000),
  'Sojourn on Fastify, cold': sojournOnFastify(0),
  'bare Hono': { over: 'bare Hono', start: () => honoWith(new Hono(), bare) },
  'iron-session 8 on Hono': {
    over: 'bare Hono',
    start: () => honoWith(new Hono(), ironActs()),
  },
  '@hono/session': {
    over: 'bare Hono',
    start() {
      const key = Buffer.from(secret).subarray(0, 32).toString('hex')
      return honoWith(new Hono().use(useSession<BenchData>({ secret: key })), {
        read: async (c: Context) => (await c.get('session').get())?.n,
        async write(c) {
          const data: BenchData = await c.get('session').get()
          const n = (data.n ?? 0) + 1
          await c.get('session').update({ ...data, n })
          return n
        },
        async login(c) {
          await c.get('session').update(signedIn())
          return 'in'
        },
      })
    },
  },
  'Sojourn on Hono': sojournOnHono(1000),
  'Sojourn on Hono, cold': sojournOnHono(0),
}

function sojournOnFastify(cacheSize: number): Contender {
  return {
    over: 'bare Fastify',
    async start() {
      const app = fastify()
      await app.register(onFastify(managerOf(cacheSize), { as: 'visit' }))
      const sessionOf = (request: FastifyRequest) => Reflect.get(request, 'visit')
      return fastifyWith(app, {
        read: (request) => sojournActs.read(sessionOf(request)),
        write: (request) => sojournActs.write(sessionOf(request)),
        login: (request) => sojournActs.login(sessionOf(request)),
      })
    },
  }
}

function sojournOnHono(cacheSize: number): Contender {
  return {
    over: 'bare Hono',
    start: () =>
      honoWith(new Hono().use(onHono(managerOf(cacheSize))), {
        read: (c: Context) => sojournActs.read(c.get('session')),
        write: (c) => sojournActs.write(c.get('session')),
        login: (c) => sojournActs.login(c.get('session')),
      }),
  }
}

function ironActs(): Acts<Context> {
  const options = { cookieName: 'sid', password: secret, cookieOptions: { secure: false } }
  const use = async <Result>(c: Context, act: (data: BenchData) => Result, saves: boolean) => {
    const session = await getIronSession<BenchData>(c.req.raw, c.res, options)
    const result = act(session)
    if (saves) await session.save()
    return result
  }
  return {
    read: (c) => use(c, ({ n }) => n, false),
    write: (c) => use(c, (data) => (data.n = (data.n ?? 0) + 1), true),
    login: (c) => use(c, (data) => Object.assign(data, signedIn()) && 'in', true),
  }
}

async function fastifyWith(app: FastifyInstance, acts: Acts<FastifyRequest>): Promise<Server> {
  for (const [name, act] of Object.entries(acts))
    app.get(`/${name}`, async (request) => String(await act(request)))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return app.server
}

async function honoWith<Env extends HonoEnv>(app: Hono<Env>, acts: Acts<Context>): Promise<Server> {
  for (const [name, act] of Object.entries(acts))
    app.get(`/${name}`, async (c: Context) => c.text(String(await act(c))))
  app.onError((_error, c) => c.text('refused', 500)) // a forgery is an error to @hono/session
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}
