import fastifyCookie from '@fastify/cookie'
import secureSession from '@fastify/secure-session'
import fastifySession from '@fastify/session'
import { useSession } from '@hono/session'
import type { RedisStore } from 'connect-redis'
import expressSession from 'express-session'
import type { Context } from 'hono'
import { MemoryStore, type Store, sessionMiddleware } from 'hono-sessions'
import { getIronSession } from 'iron-session'
import koaSession from 'koa-session'
import { connectIoredis } from './clients.ts'
import type { Contenders } from './contender.ts'
import { type BenchData, secret, signedIn } from './data.ts'
import { onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { type Acts, actsOf, actsOn } from './handlers.ts'
import { honoRedisStore, redisStore } from './peer-stores.ts'

/** Their types each claim `session` on everybody's requests; so it is read by its name. */
const sessionOf = (request: object): BenchData => Reflect.get(request, 'session')

/** What people use today, set up as each one's README says, without a session for visitors who keep nothing. */
export const peers: Contenders = {
  'express-session, MemoryStore': {
    kind: 'peer memory',
    over: 'Express',
    start: () => startExpressSession({}),
  },
  'express-session, connect-redis': {
    kind: 'peer redis',
    over: 'Express',
    start: async () => startExpressSession({ store: await redisStore() }),
  },
  'koa-session, ioredis': { kind: 'peer redis', over: 'Koa', start: startKoaSession },
  '@fastify/session, memory': {
    kind: 'peer memory',
    over: 'Fastify',
    start: () => startFastifySession({}),
  },
  '@fastify/session, connect-redis': {
    kind: 'peer redis',
    over: 'Fastify',
    start: async () => startFastifySession({ store: await redisStore() }),
  },
  '@fastify/secure-session': { kind: 'peer cookie', over: 'Fastify', start: startSecureSession },
  'iron-session': {
    kind: 'peer cookie',
    over: 'Hono',
    start: () => onHono.serve(onHono.create(), ironActs()),
  },
  'hono-sessions, memory': {
    kind: 'peer memory',
    over: 'Hono',
    start: async () => startHonoSessions(new MemoryStore()),
  },
  'hono-sessions, Redis': {
    kind: 'peer redis',
    over: 'Hono',
    start: async () => startHonoSessions(await honoRedisStore()),
  },
  '@hono/session': { kind: 'peer cookie', over: 'Hono', start: startHonoSession },
}

/** Ends the session of a request, as express-session and @fastify/session do. */
function destroy(request: object): Promise<void> {
  const session: { destroy(done: (error?: unknown) => void): void } = Reflect.get(
    request,
    'session',
  )
  return new Promise((resolve, reject) =>
    session.destroy((error) => (error ? reject(error) : resolve())),
  )
}

function startExpressSession(options: { store?: RedisStore }): Promise<number> {
  const app = onExpress.create()
  const settings = { resave: false, saveUninitialized: false, cookie: { maxAge: 86_400_000 } }
  app.use(expressSession({ secret, ...settings, ...options }))
  return onExpress.serve(
    app,
    actsOn(sessionOf, (request) => destroy(request)),
  )
}

async function startKoaSession(): Promise<number> {
  const app = onKoa.create()
  app.keys = [secret]
  const client = await connectIoredis()
  const store = {
    get: async (key: string) => JSON.parse((await client.get(key)) ?? 'null'),
    async set(key: string, value: unknown) {
      await client.set(key, JSON.stringify(value), 'EX', 86_400)
    },
    async destroy(key: string) {
      await client.del(key)
    },
  }
  app.use(koaSession({ key: 'sid', store }, app))
  const logout = (context: object) => void Reflect.set(context, 'session', null)
  return onKoa.serve(app, actsOn(sessionOf, logout))
}

async function startFastifySession(options: { store?: RedisStore }): Promise<number> {
  const app = onFastify.create()
  await app.register(fastifyCookie)
  const settings = {
    secret,
    saveUninitialized: false,
    cookie: { secure: false, maxAge: 86_400_000 },
  }
  await app.register(fastifySession, { ...settings, ...options } as never)
  return onFastify.serve(
    app,
    actsOn(sessionOf, (request) => destroy(request)),
  )
}

async function startSecureSession(): Promise<number> {
  const app = onFastify.create()
  await app.register(secureSession, { key: Buffer.from(secret).subarray(0, 32) })
  const cells = (request: object): Map<string, unknown> => Reflect.get(request, 'session')
  const whole = (request: object): { delete(): void } => Reflect.get(request, 'session')
  return onFastify.serve(
    app,
    actsOf({
      read: (request) => cells(request).get('n') ?? 'none',
      write(request) {
        const n = Number(cells(request).get('n') ?? 0) + 1
        cells(request).set('n', n)
        return n
      },
      login(request) {
        for (const [key, value] of Object.entries(signedIn())) cells(request).set(key, value)
        return 'in'
      },
      async set(request, key, hold) {
        const session = cells(request)
        await hold()
        session.set(key, 1)
      },
      get: (request, key) => cells(request).get(key),
      logout: (request) => whole(request).delete(),
    }),
  )
}

function ironActs(): Acts<Context> {
  const options = { cookieName: 'sid', password: secret, cookieOptions: { secure: false } }
  const open = (c: Context) => getIronSession<BenchData>(c.req.raw, c.res, options)
  return actsOf({
    read: async (c) => (await open(c)).n ?? 'none',
    async write(c) {
      const session = await open(c)
      session.n = (session.n ?? 0) + 1
      await session.save()
      return session.n
    },
    async login(c) {
      const session = await open(c)
      Object.assign(session, signedIn())
      await session.save()
      return 'in'
    },
    async set(c, key, hold) {
      const session = await open(c)
      await hold()
      session[key] = 1
      await session.save()
    },
    get: async (c, key) => (await open(c))[key],
    logout: async (c) => (await open(c)).destroy(),
  })
}

function startHonoSession(): Promise<number> {
  const app = onHono.create()
  const key = Buffer.from(secret).subarray(0, 32).toString('hex')
  app.use(useSession<BenchData>({ secret: key }) as never)
  const kept = (c: Context) => c.get('session')
  return onHono.serve(
    app,
    actsOf({
      read: async (c) => (await kept(c).get())?.n ?? 'none',
      async write(c) {
        const data: BenchData = (await kept(c).get()) ?? {}
        const n = (data.n ?? 0) + 1
        await kept(c).update({ ...data, n })
        return n
      },
      async login(c) {
        await kept(c).update(signedIn())
        return 'in'
      },
      async set(c, key, hold) {
        const data: BenchData = (await kept(c).get()) ?? {}
        await hold()
        await kept(c).update({ ...data, [key]: 1 })
      },
      get: async (c, key) => (await kept(c).get())?.[key],
      logout: (c) => kept(c).delete(),
    }),
  )
}

function startHonoSessions(store: Store): Promise<number> {
  const app = onHono.create()
  const settings = { encryptionKey: secret, expireAfterSeconds: 86_400 }
  app.use(sessionMiddleware({ store, sessionCookieName: 'sid', ...settings }) as never)
  const kept = (c: Context) => c.get('session')
  return onHono.serve(
    app,
    actsOf({
      read: (c) => kept(c).get('n') ?? 'none',
      write(c) {
        const n = (kept(c).get('n') ?? 0) + 1
        kept(c).set('n', n)
        return n
      },
      login(c) {
        for (const [key, value] of Object.entries(signedIn())) kept(c).set(key, value)
        return 'in'
      },
      async set(c, key, hold) {
        await hold()
        kept(c).set(key, 1)
      },
      get: (c, key) => kept(c).get(key),
      logout: (c) => kept(c).deleteSession(),
    }),
  )
}
