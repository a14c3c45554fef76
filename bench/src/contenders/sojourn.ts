import type { SessionManager, StoreFactory } from '@sojourn/core'
import { connectIoredis, connectNodeRedis } from './clients.ts'
import type { Contenders } from './contender.ts'
import { type BenchData, secret, signedIn } from './data.ts'
import { type Framework, onExpress, onFastify, onHono, onKoa } from './frameworks.ts'
import { type Acts, actsOf } from './handlers.ts'
import { type Build, buildIn } from './packages.ts'

type Manager = SessionManager<BenchData>
type Loaded = Awaited<ReturnType<Manager['load']>>

/** How a framework takes the sessions of a manager. */
interface Mount<App, Request> {
  mount(app: App, manager: Manager, build: Build): Promise<unknown>
  sessionOf(request: Request): Loaded
}

const limit = { max: 5 }

/** The stores, as a manager is set up on each; those that keep an index also keep a limit. */
const managers: Readonly<Record<string, (build: Build) => Promise<Manager>>> = {
  async memory(build) {
    const { memoryStore } = await build('store-memory')
    return managerOf(build, memoryStore(), { limit })
  },
  async cookie(build) {
    const { cookieStore } = await build('store-cookie')
    return managerOf(build, cookieStore())
  },
  async 'cookie, cold'(build) {
    const { cookieStore } = await build('store-cookie')
    return managerOf(build, cookieStore({ cacheSize: 0 }))
  },
  async 'node-redis'(build) {
    const { nodeRedisStore } = await build('store-node-redis')
    return managerOf(build, nodeRedisStore(await connectNodeRedis()), { limit })
  },
  async ioredis(build) {
    const { ioredisStore } = await build('store-ioredis')
    return managerOf(build, ioredisStore(await connectIoredis()), { limit })
  },
}

/** Where the rows of Sojourn come from, by how their names begin. `--before` sets the variable. */
const builds: Readonly<Record<string, () => Build>> = {
  'Sojourn before,': () => buildIn(process.env['BEFORE']),
  Sojourn: () => buildIn(),
}

/** Sojourn over all its stores on all frameworks. */
export const sojourn: Contenders = {
  ...all(onExpress, {
    async mount(app, manager, build) {
      app.use((await build('express')).sessions(manager, { as: 'visit' }))
    },
    sessionOf: (request) => Reflect.get(request, 'visit'),
  }),
  ...all(onKoa, {
    async mount(app, manager, build) {
      app.use((await build('koa')).sessions(manager, { as: 'visit' }))
    },
    sessionOf: (context) => context['visit'],
  }),
  ...all(onFastify, {
    async mount(app, manager, build) {
      await app.register((await build('fastify')).sessions(manager, { as: 'visit' }))
    },
    sessionOf: (request) => Reflect.get(request, 'visit'),
  }),
  ...all(onHono, {
    async mount(app, manager, build) {
      app.use((await build('hono')).sessions(manager, { as: 'visit' }))
    },
    sessionOf: (context) => context.get('visit'),
  }),
}

async function managerOf(
  build: Build,
  store: StoreFactory,
  options: { limit?: { max: number } } = {},
): Promise<Manager> {
  const { createSessionManager, defaultConfig } = await build('core')
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
  const rows = Object.entries(managers).flatMap(([kind, connect]) =>
    Object.entries(builds).map(([who, buildOf]) => {
      const start = async () => {
        const [app, build] = [framework.create(), buildOf()]
        await mount(app, await connect(build), build)
        return framework.serve(app, actsOnSession(sessionOf))
      }
      return [`${who} ${kind} on ${framework.name}`, { kind, over: framework.name, start }] as const
    }),
  )
  return Object.fromEntries(rows)
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
    async set(request, key, hold) {
      const { data } = sessionOf(request)
      await hold()
      data[key] = 1
    },
    get: (request, key) => sessionOf(request).data[key],
    logout: (request) => sessionOf(request).destroy(),
  })
}
