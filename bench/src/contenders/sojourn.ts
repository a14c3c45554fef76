import {
  createSessionManager,
  defaultConfig,
  type SessionManager,
  type StoreFactory,
} from '@sojourn/core'
import { sessions as expressSessions } from '@sojourn/express'
import { sessions as fastifySessions } from '@sojourn/fastify'
import { sessions as honoSessions } from '@sojourn/hono'
import { sessions as koaSessions } from '@sojourn/koa'
import { cookieStore } from '@sojourn/store-cookie'
import { ioredisStore } from '@sojourn/store-ioredis'
import { memoryStore } from '@sojourn/store-memory'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { connectIoredis, connectNodeRedis } from './clients.ts'
import type { Contenders } from './contender.ts'
import { type BenchData, secret, signedIn } from './data.ts'
import { type Framework, onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { type Acts, actsOf } from './handlers.ts'

type Manager = SessionManager<BenchData>
type Loaded = Awaited<ReturnType<Manager['load']>>

/** How a framework takes the sessions of a manager. */
interface Mount<App, Request> {
  mount(app: App, manager: Manager): unknown
  sessionOf(request: Request): Loaded
}

/** The stores, as a manager is set up on each; those that keep an index also keep a limit. */
const managers: Readonly<Record<string, () => Promise<Manager>>> = {
  memory: async () => managerOf(memoryStore(), { limit: { max: 5 } }),
  cookie: async () => managerOf(cookieStore()),
  'cookie, cold': async () => managerOf(cookieStore({ cacheSize: 0 })),
  'node-redis': async () =>
    managerOf(nodeRedisStore(await connectNodeRedis()), { limit: { max: 5 } }),
  ioredis: async () => managerOf(ioredisStore(await connectIoredis()), { limit: { max: 5 } }),
}

/** Sojourn over all its stores on all frameworks. */
export const sojourn: Contenders = {
  ...all(onExpress, {
    mount: (app, manager) => app.use(expressSessions(manager, { as: 'visit' })),
    sessionOf: (request) => Reflect.get(request, 'visit'),
  }),
  ...all(onKoa, {
    mount: (app, manager) => app.use(koaSessions(manager, { as: 'visit' })),
    sessionOf: (context) => context['visit'],
  }),
  ...all(onFastify, {
    mount: (app, manager) => app.register(fastifySessions(manager, { as: 'visit' })),
    sessionOf: (request) => Reflect.get(request, 'visit'),
  }),
  ...all(onHono, {
    mount: (app, manager) => app.use(honoSessions(manager, { as: 'visit' })),
    sessionOf: (context) => context.get('visit'),
  }),
}

function managerOf(store: StoreFactory, options: { limit?: { max: number } } = {}): Manager {
  const overHttp = { cookieName: 'sid', secure: false } // all else is as in production
  const touch = process.env['TOUCH_ALWAYS'] ? { touchInterval: 1 } : {}
  return createSessionManager<BenchData>(
    defaultConfig(secret, { store, ...overHttp, ...options, ...touch }),
  )
}

function all<App, Request>(
  framework: Framework<App, Request>,
  { mount, sessionOf }: Mount<App, Request>,
): Contenders {
  const entries = Object.entries(managers).map(([kind, connect]) => {
    const start = async () => {
      const app = framework.create()
      await mount(app, await connect())
      return framework.serve(app, actsOnSession(sessionOf))
    }
    return [`Sojourn ${kind} on ${framework.name}`, { kind, over: framework.name, start }] as const
  })
  return Object.fromEntries(entries)
}

function actsOnSession<Request>(sessionOf: (request: Request) => Loaded): Acts<Request> {
  return actsOf({
    read: (request) => sessionOf(request).data.n ?? 'none',
    write(request) {
      const { data } = sessionOf(request)
      data.n = (data.n ?? 0) + 1
      return data.n
    },
    async login(request) {
      const session = sessionOf(request)
      const data = signedIn()
      Object.assign(session.data, data)
      await session.login(data.user ?? '')
      return 'in'
    },
  })
}
