// Run by Jest, on the packed packages that are installed in its rootDir.
const { createServer } = require('node:http')
const vm = require('node:vm')
const { createSessionManager, devConfig } = require('@sojourn/core')
const { logIn } = require('@sojourn/core/testing')
const { cookieStore } = require('@sojourn/store-cookie')
const { memoryStore } = require('@sojourn/store-memory')

const secret = 'kq3Vf8zr2LmXw7Tn5Jc9Hs1Yd4Bg6Ep0Qa'

/** What a handler keeps that another realm has made: Jest runs tests in one of their own. */
const foreign = async () => ({
  clone: structuredClone({ at: new Date(5), map: new Map([['a', new Set([1])]]) }),
  script: vm.runInNewContext(
    '({ list: [1], map: new Map([["a", { b: 2n }]]), bytes: new Uint8Array(2) })',
  ),
  json: await new Response('{"a":[{"b":1}]}').json(),
  buffer: Buffer.from('ab'),
})

async function page(session) {
  session.data.views = (session.data.views ?? 0) + 1
  session.data.foreign = await foreign()
  return { user: session.userId ?? null, views: session.data.views }
}

/** The same application on each binding, as a listener of node:http. */
const applications = {
  express(manager) {
    const app = require('express')()
    app.use(require('@sojourn/express').sessions(manager))
    return app.get('/', async (request, response) => response.json(await page(request.session)))
  },
  async fastify(manager) {
    const app = require('fastify')()
    app.register(require('@sojourn/fastify').sessions(manager))
    app.get('/', (request) => page(request.session))
    await app.ready()
    return app.routing
  },
  koa(manager) {
    const app = new (require('koa'))()
    app.use(require('@sojourn/koa').sessions(manager))
    app.use(async (context) => {
      context.body = await page(context.session)
    })
    return app.callback()
  },
  hono(manager) {
    const app = new (require('hono').Hono)()
    app.use(require('@sojourn/hono').sessions(manager))
    app.get('/', async (context) => context.json(await page(context.get('session'))))
    return require('@hono/node-server').getRequestListener(app.fetch)
  },
  node(manager) {
    const open = require('@sojourn/node').sessions(manager)
    return (request, response) =>
      open(request, response, async () => response.end(JSON.stringify(await page(request.session))))
  },
  web(manager) {
    const withSession = require('@sojourn/web').sessions(manager)
    return require('@hono/node-server').getRequestListener((request) =>
      withSession(request, async (session) => Response.json(await page(session))),
    )
  },
}

async function visit(listener, userId, manager) {
  const server = createServer(listener)
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}/`
  try {
    const { headers } = await logIn(manager, userId)
    const first = await fetch(url, { headers })
    const cookie = first.headers.getSetCookie().map((line) => line.split(';')[0])
    const next = cookie.length > 0 ? { cookie: cookie.join('; ') } : headers
    return [await first.json(), await (await fetch(url, { headers: next })).json()]
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

const twice = (user) => [
  { user, views: 1 },
  { user, views: 2 },
]
const stores = { memoryStore, cookieStore }

describe.each(Object.keys(applications))('%s', (binding) => {
  afterEach(() => jest.useRealTimers())

  test.each(Object.keys(stores))('keeps a session in %s', async (store) => {
    const manager = createSessionManager(devConfig(secret, { store: stores[store]() }))
    expect(await visit(await applications[binding](manager), 'ada', manager)).toEqual(twice('ada'))
  })

  test('answers while timers are faked', async () => {
    const manager = createSessionManager(devConfig(secret, { store: memoryStore() }))
    const listener = await applications[binding](manager)
    jest.useFakeTimers() // not before Fastify is ready: it starts with process.nextTick
    expect(await visit(listener, 'ada', manager)).toEqual(twice('ada'))
  })
})

test('Jest loads the CommonJS of each package', () => {
  expect(require.resolve('@sojourn/core')).toMatch(/dist.cjs.index\.js$/)
})
