/** docs/how-to/troubleshoot.md: each symptom, made on a real server, and what the page says is to be seen with it. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { controlledBackend, deferred } from '@sojourn/conformance/testing'
import { type ConfigOptions, createSessionManager, defaultConfig, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/express'
import express, { type ErrorRequestHandler, type Express } from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'

const secrets = [
  'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE',
  'pZ4uYx9Tq2Lw7Ns0Hc5Rb8Ve1Ka6Mg3Jd_fXiQtBnWo',
] as const

interface Setting {
  readonly options?: Partial<ConfigOptions>
  readonly secret?: string
  readonly preset?: typeof defaultConfig
}

/** Serves an application with what goes wrong mounted after the session, and notes events, warnings and errors. */
async function serve(mount: (app: Express) => void, setting: Setting = {}) {
  const { options = {}, secret = secrets[0], preset = devConfig } = setting
  const control = controlledBackend()
  const seen: string[] = []
  const warn = (message: string) => void seen.push(message)
  const store = keyedStore(control.backend)
  const manager = createSessionManager(preset(secret, { store, warn, ...options }))
  manager.on('discarded', ({ why }) => seen.push(why))
  manager.on('conflict', () => seen.push('conflict'))
  const app = express().set('trust proxy', 'loopback').use(sessions(manager))
  app.post('/log-in', async (req, res) => {
    await req.session.login('ada')
    res.json(req.session.csrfToken())
  })
  app.get('/who', (req, res) => void res.send(req.session.ended ?? req.session.userId ?? 'nobody'))
  mount(app)
  const fault: ErrorRequestHandler = (error, _req, res, _next) => {
    seen.push(error.code)
    res.status(error.status).end()
  }
  const server = createServer(app.use(fault)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return { control, manager, seen, client: () => client(url) }
}

/** A client with a jar for one cookie. */
function client(url: string, jar = { cookie: '' }) {
  return {
    jar,
    async ask(path: string, method = 'GET', headers: Record<string, string> = {}) {
      const cookie = jar.cookie === '' ? {} : { cookie: jar.cookie }
      const response = await fetch(url + path, { method, headers: { ...cookie, ...headers } })
      const [given] = response.headers.getSetCookie()
      if (given) jar.cookie = given.split(';')[0] ?? ''
      return { status: response.status, text: await response.text(), isSet: given !== undefined }
    },
  }
}

const change: Parameters<typeof serve>[0] = (app) =>
  app.get('/', (req, res) => {
    Object.assign(req.session.data, { n: 1 })
    res.send('changed')
  })

describe('no cookie', () => {
  test('nothing was stored: no event', async () => {
    const { client, seen } = await serve(() => undefined)
    expect(await client().ask('/who')).toMatchObject({ text: 'nobody', isSet: false })
    expect(seen).toEqual([])
  })

  test('Secure over plain HTTP: insecure, and a warning; with the proxy header all is well', async () => {
    const { client, seen } = await serve(change, { preset: defaultConfig })
    expect(await client().ask('/')).toMatchObject({ status: 200, isSet: false })
    expect(seen.join()).toMatch(/plain HTTP.*insecure/)
    const answer = await client().ask('/', 'GET', { 'X-Forwarded-Proto': 'https' })
    expect(answer).toMatchObject({ isSet: true })
  })

  test('changed after the first byte: late, and a warning; a login there is ERR_SESSION_LATE', async () => {
    const codes: unknown[] = []
    const { client, seen } = await serve((app) =>
      app.get('/', async (req, res) => {
        res.write('begun')
        Object.assign(req.session.data, { n: 1 })
        codes.push(await req.session.login('ada').catch(({ code }) => code))
        res.end()
      }),
    )
    expect(await client().ask('/')).toMatchObject({ isSet: false })
    expect(codes).toEqual(['ERR_SESSION_LATE'])
    await expect.poll(() => seen.join()).toMatch(/late/)
    expect(seen.join()).toMatch(/after the response headers had left/)
  })

  test('a property of the session itself: a warning', async () => {
    const { client, seen } = await serve((app) =>
      app.get('/', (req, res) => void res.json(Object.assign(req.session, { cart: [1] }))),
    )
    expect(await client().ask('/')).toMatchObject({ isSet: false })
    expect(seen.join()).toMatch(/session\.cart was set/)
  })

  test('changed after the session ended: ended, and a warning', async () => {
    const { client, seen } = await serve((app) =>
      app.get('/', async (req, res) => {
        await req.session.destroy()
        req.session.flash.add('info', 'Goodbye')
        res.end()
      }),
    )
    const visitor = client()
    await visitor.ask('/log-in', 'POST')
    await visitor.ask('/')
    expect(seen.join()).toMatch(/ended.*has ended/)
  })
})

describe('logged out at each request', () => {
  test.each([
    ['another secret: forged', { secret: secrets[1] }, 'forged'],
    ['another store: unknown', {}, 'unknown'],
  ])('%s', async (_, second, why) => {
    const [one, two] = [await serve(() => undefined), await serve(() => undefined, second)]
    const [at, other] = [one.client(), two.client()]
    await at.ask('/log-in', 'POST')
    other.jar.cookie = at.jar.cookie
    expect(await other.ask('/who')).toMatchObject({ text: 'nobody' })
    const ofOneProcess = expect.stringContaining('another session manager of this process')
    expect(two.seen).toEqual([ofOneProcess, why])
  })

  test('two cookies of one name: ambiguous. Rewritten ones: malformed. Too many: excessive', async () => {
    const { client, seen } = await serve(() => undefined)
    const [a, b] = [client(), client()]
    await a.ask('/log-in', 'POST')
    await b.ask('/log-in', 'POST')
    const cookies = [
      `${a.jar.cookie}; ${b.jar.cookie}`,
      'sid=rubbish',
      `${'a=b; '.repeat(200)}sid=x`,
    ]
    for (const cookie of cookies)
      expect(await client().ask('/who', 'GET', { cookie })).toMatchObject({ text: 'nobody' })
    expect(seen).toEqual(['ambiguous', 'malformed', 'excessive'])
  })

  test('a client that keeps an old cookie: stale', async () => {
    const { client, seen } = await serve((app) =>
      app.get('/', (req, res) => {
        req.session.rotate()
        res.end()
      }),
    )
    const visitor = client()
    await visitor.ask('/log-in', 'POST')
    const old = visitor.jar.cookie
    await visitor.ask('/')
    expect(await visitor.ask('/who', 'GET', { cookie: old })).toMatchObject({ text: 'stale' })
    expect(seen).toEqual(['stale'])
  })
})

describe('401 after a login', () => {
  test('login without await: a warning', async () => {
    const { client, seen } = await serve((app) =>
      app.post('/', (req, res) => {
        req.session.login('ada')
        res.send(req.session.userId ?? 'nobody')
      }),
    )
    expect(await client().ask('/', 'POST')).toMatchObject({ text: 'nobody' })
    expect(seen.join()).toMatch(/session\.login\(\) was not awaited/)
  })

  test('a user in data is no user; a login that is too old is ERR_SESSION_NOT_RECENT', async () => {
    const clock = { now: Date.UTC(2030, 0, 1) }
    const { client, seen } = await serve(
      (app) => {
        app.get(
          '/',
          (req, res) => void res.json(Object.assign(req.session.data, { userId: 'ada' })),
        )
        app.get('/account', requireSession(), (_req, res) => void res.end())
        app.get('/password', requireRecent('10m'), (_req, res) => void res.end())
      },
      { options: { clock: () => clock.now } },
    )
    const visitor = client()
    await visitor.ask('/')
    expect(await visitor.ask('/account')).toMatchObject({ status: 401 })
    await visitor.ask('/log-in', 'POST')
    expect(await visitor.ask('/account')).toMatchObject({ status: 200 })
    clock.now += 11 * 60_000
    expect(await visitor.ask('/password')).toMatchObject({ status: 401 })
    expect(seen).toEqual(['ERR_SESSION_REQUIRED', 'ERR_SESSION_NOT_RECENT'])
  })
})

describe('403 after a login', () => {
  const guarded = (app: Express) =>
    app.post('/save', csrf({ token: true }), (_req, res) => void res.end())

  test('a page from before the login has an old token', async () => {
    const { client, seen } = await serve(guarded)
    const visitor = client()
    const before = JSON.parse((await visitor.ask('/log-in', 'POST')).text)
    const after = JSON.parse((await visitor.ask('/log-in', 'POST')).text)
    const save = (token: string) => visitor.ask('/save', 'POST', { 'X-CSRF-Token': token })
    expect(await save(before)).toMatchObject({ status: 403 })
    expect(await save(after)).toMatchObject({ status: 200 })
    expect(seen).toEqual(['ERR_CSRF_REFUSED'])
  })

  test('another origin, and one’s own behind a proxy that changes Host', async () => {
    const { client, seen } = await serve((app) =>
      app.post('/save', csrf(), (_req, res) => void res.end()),
    )
    const save = (headers: Record<string, string>) => client().ask('/save', 'POST', headers)
    expect(await save({ 'Sec-Fetch-Site': 'same-site' })).toMatchObject({ status: 403 })
    expect(await save({ Origin: 'https://shop.example' })).toMatchObject({ status: 403 })
    expect(seen).toEqual(['ERR_CSRF_REFUSED', 'ERR_CSRF_REFUSED'])
  })

  test('more devices than the limit', async () => {
    const { client, seen } = await serve(() => undefined, {
      options: { limit: { max: 1, onExceed: 'refuse' } },
    })
    expect(await client().ask('/log-in', 'POST')).toMatchObject({ status: 200 })
    expect(await client().ask('/log-in', 'POST')).toMatchObject({ status: 403 })
    expect(seen).toEqual(['ERR_SESSION_LIMIT'])
  })
})

describe('409', () => {
  test('update on a session that has ended: ERR_SESSION_ENDED', async () => {
    const { client, manager, seen } = await serve((app) =>
      app.post('/', async (req, res) => res.json(await req.session.update(() => 1))),
    )
    const visitor = client()
    await visitor.ask('/log-in', 'POST')
    const [device] = await manager.sessions('ada')
    await manager.revoke(device?.id ?? '')
    expect(await visitor.ask('/who')).toMatchObject({ text: 'revoked' })
    expect(await visitor.ask('/', 'POST')).toMatchObject({ status: 409 })
    expect(seen).toContain('ERR_SESSION_ENDED')
  })

  test('a re-authentication meanwhile: ERR_SESSION_SUPERSEDED', async () => {
    const begun = deferred<void>()
    const elevated = deferred<void>()
    const { client, seen } = await serve((app) =>
      app.post('/slow', async (req, res) => {
        begun.resolve()
        await elevated.promise
        Object.assign(req.session.data, { n: 1 })
        res.end()
      }),
    )
    const visitor = client()
    await visitor.ask('/log-in', 'POST')
    const slow = visitor.ask('/slow', 'POST')
    await begun.promise
    await visitor.ask('/log-in', 'POST')
    elevated.resolve()
    expect(await slow).toMatchObject({ status: 409 })
    expect(seen).toContain('ERR_SESSION_SUPERSEDED')
  })

  test('update that waits for the same session: ERR_SESSION_CONFLICT', async () => {
    const { client, seen } = await serve(
      (app) =>
        app.post('/', async (req, res) => {
          await req.session.update(() => req.session.update(() => undefined))
          res.end()
        }),
      { options: { storeTimeout: '20ms' } },
    )
    const visitor = client()
    await visitor.ask('/log-in', 'POST')
    expect(await visitor.ask('/', 'POST')).toMatchObject({ status: 409 })
    expect(seen).toContain('ERR_SESSION_CONFLICT')
  })
})

describe('503', () => {
  test('a store that is down, hangs or refuses: the cookie stays', async () => {
    const { client, control, seen } = await serve(() => undefined, {
      options: { storeTimeout: '50ms' },
    })
    const visitor = client()
    await visitor.ask('/log-in', 'POST')
    control.fail(['find'])
    expect(await visitor.ask('/who')).toMatchObject({ status: 503, isSet: false })
    control.restore()
    control.hold(['find'])
    expect(await visitor.ask('/who')).toMatchObject({ status: 503, isSet: false })
    control.restore()
    expect(await visitor.ask('/who')).toMatchObject({ status: 200, text: 'ada' })
    expect(seen.filter((text) => text.startsWith('ERR_'))).toEqual([
      'ERR_STORE_UNAVAILABLE',
      'ERR_STORE_TIMEOUT',
    ])
  })
})

test('logged out after a while: evicted for a minute, then unknown', async () => {
  const clock = { now: Date.UTC(2030, 0, 1) }
  const { client, seen } = await serve(() => undefined, {
    options: { limit: { max: 1 }, clock: () => clock.now },
  })
  const [phone, laptop] = [client(), client()]
  await phone.ask('/log-in', 'POST')
  await laptop.ask('/log-in', 'POST')
  expect(await phone.ask('/who')).toMatchObject({ text: 'evicted' })
  clock.now += 61_000
  expect(await phone.ask('/who')).toMatchObject({ text: 'nobody' })
  clock.now += 2 * 86_400_000
  expect(await laptop.ask('/who')).toMatchObject({ text: 'nobody' })
  expect(seen).toEqual(['ended', 'unknown', 'unknown'])
})

test('changes are lost: of two that set one key, the later one wins, and conflict says so', async () => {
  const begun = deferred<void>()
  const written = deferred<void>()
  const { client, seen } = await serve((app) => {
    app.get('/slow', async (req, res) => {
      Object.assign(req.session.data, { n: 'slow' })
      begun.resolve()
      await written.promise
      res.end()
    })
    app.get('/fast', (req, res) => void res.json(Object.assign(req.session.data, { n: 'fast' })))
    app.get('/n', (req, res) => void res.json(Object(req.session.data).n))
  })
  const visitor = client()
  await visitor.ask('/log-in', 'POST')
  const slow = visitor.ask('/slow')
  await begun.promise
  await visitor.ask('/fast')
  written.resolve()
  await slow
  expect(await visitor.ask('/n')).toMatchObject({ text: '"slow"' })
  expect(seen).toEqual(['conflict'])
})
