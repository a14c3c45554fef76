import { referenceBackend } from '@sojourn/conformance/backend'
import { controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, defaultConfig, devConfig, type Session } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import type { Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, clock, frameworks, secret, serve, stage, watchFaults } from './support.ts'

watchFaults()

const count: RequestHandler = (req, res) => {
  req.session.data.n = (req.session.data.n ?? 0) + 1
  res.json(req.session.data.n)
}
const look: RequestHandler = (req, res) => void res.json(req.session.data)
const counting = (app: Express) => app.post('/', count).get('/', look)

/** The session that a second mount put under another name. */
const admin = (req: object) => (req as { adminSession: Session }).adminSession

/** A server with the options of production. */
async function inProduction(makeApp: () => Express, trust: boolean) {
  const control = controlledBackend()
  const warnings: string[] = []
  const warn = (message: string) => void warnings.push(message)
  const store = keyedStore(control.backend)
  const manager = createSessionManager(defaultConfig(secret, { store, warn, clock }))
  const app = makeApp()
  app.set('trust proxy', trust)
  counting(app.use(sessions(manager)))
  return { ...(await serve(app)), control, warnings }
}

const forwarded = { headers: { 'x-forwarded-proto': 'https' }, method: 'POST' }

describe.each(frameworks)('%s', (_name, makeApp) => {
  test('a session survives from request to request', async () => {
    const { url } = await stage(counting, { makeApp })
    const { cookie } = await ask(url, { method: 'POST' }).answer
    const second = await ask(url, { method: 'POST', cookie }).answer
    expect([second.text, second.cookie]).toEqual(['2', undefined])
    expect((await ask(url, { cookie }).answer).text).toBe('{"n":2}')
  })

  test('reading sends no cookie, asks the store for nothing, and varies by cookie', async () => {
    const { url, control } = await stage(counting, { makeApp })
    const { headers } = await ask(url).answer
    expect(headers['set-cookie']).toBeUndefined()
    expect(headers.vary).toBe('Cookie')
    expect(control.calls).toEqual([])
  })

  test('a request that never asks for its session has no mark of it', async () => {
    const { url } = await stage((app) => app.get('/', (_req, res) => void res.send('x')), {
      makeApp,
    })
    const { headers } = await ask(url).answer
    expect([headers.vary, headers['cache-control'], headers['set-cookie']]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('what others say of caching and of cookies stays beside ours', async () => {
    const handler: RequestHandler = (req, res) => {
      req.session.data.n = 1
      res.cookie('theirs', '1').vary('Accept').set('Cache-Control', 'no-store').send('x')
    }
    const { url } = await stage((app) => app.get('/', handler), { makeApp })
    const { headers } = await ask(url).answer
    expect([headers.vary, headers['cache-control']]).toEqual(['Accept, Cookie', 'no-store'])
    expect(headers['set-cookie']?.map((line) => line.split('=')[0])).toEqual(['theirs', 'sid'])
  })

  test('an answer with a cookie is private, whatever the handler wished', async () => {
    const handler: RequestHandler = (req, res) => {
      req.session.data.n = 1
      res.writeHead(200, { 'Cache-Control': 'public, max-age=60', 'Set-Cookie': 'theirs=1' }).end()
    }
    const { url } = await stage((app) => app.get('/', handler), { makeApp })
    const { headers } = await ask(url).answer
    expect(headers['cache-control']).toBe('private, no-cache')
    expect(headers['set-cookie']).toHaveLength(2)
  })

  test('the cookie of devConfig travels over plain HTTP', async () => {
    const { url } = await stage(counting, { makeApp })
    const { headers } = await ask(url, { method: 'POST' }).answer
    expect(headers['set-cookie']?.[0]).toMatch(
      /^sid=[^;]+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=2592000$/,
    )
  })

  test('the cookie of defaultConfig travels where Express trusts its proxy to speak HTTPS', async () => {
    const { url, warnings } = await inProduction(makeApp, true)
    const { headers } = await ask(url, forwarded).answer
    expect(headers['set-cookie']?.[0]).toMatch(
      /^__Host-sid=[^;]+; Path=\/; HttpOnly; Secure; SameSite=Lax; Max-Age=2592000$/,
    )
    expect(warnings).toEqual([])
  })

  test('without trust, X-Forwarded-Proto is nothing: no cookie, no session, and one warning', async () => {
    const { url, warnings, control } = await inProduction(makeApp, false)
    for (let n = 0; n < 2; n++) {
      const { headers } = await ask(url, forwarded).answer
      expect(headers['set-cookie']).toBeUndefined()
    }
    expect(control.calls).toEqual([])
    expect(warnings).toEqual([expect.stringContaining("app.set('trust proxy', 1)")])
  })

  test('100 requests side by side each have their own session', async () => {
    const { url } = await stage(counting, { makeApp })
    const visits = Array.from({ length: 100 }, async (_, times) => {
      const { cookie } = await ask(url, { method: 'POST' }).answer
      for (let n = 0; n < times % 5; n++) await ask(url, { method: 'POST', cookie }).answer
      return (await ask(url, { cookie }).answer).text
    })
    const counts = await Promise.all(visits)
    expect(counts).toEqual(Array.from({ length: 100 }, (_, times) => `{"n":${(times % 5) + 1}}`))
  })

  test('100 updates side by side lose nothing', async () => {
    const update: RequestHandler = async (req, res) => {
      await req.session.update((data) => {
        data.n = (data.n ?? 0) + 1
      })
      res.send('x')
    }
    const { url } = await stage((app) => counting(app.put('/', update)), { makeApp })
    const { cookie } = await ask(url, { method: 'POST' }).answer
    const puts = Array.from({ length: 100 }, () => ask(url, { method: 'PUT', cookie }).answer)
    await Promise.all(puts)
    expect((await ask(url, { cookie }).answer).text).toBe('{"n":101}')
  })

  test('login sends one new cookie, and the old one opens nothing', async () => {
    const login: RequestHandler = async (req, res, next) => {
      try {
        req.session.data.name = 'carried'
        await req.session.login('user-1')
        res.redirect('/')
      } catch (error) {
        next(error)
      }
    }
    const { url } = await stage((app) => counting(app.put('/', login)), { makeApp })
    const before = await ask(url, { method: 'POST' }).answer
    const after = await ask(url, { method: 'PUT', cookie: before.cookie }).answer
    expect(after.headers['set-cookie']).toHaveLength(1)
    expect((await ask(url, { cookie: before.cookie }).answer).text).toBe('{}')
    expect((await ask(url, { cookie: after.cookie }).answer).text).toBe('{"n":1,"name":"carried"}')
  })

  test('mounted twice, it keeps the session that is there', async () => {
    const seen: unknown[] = []
    const control = controlledBackend()
    const manager = createSessionManager(devConfig(secret, { store: keyedStore(control.backend) }))
    const note: RequestHandler = (req, _res, next) => {
      seen.push(req.session)
      next()
    }
    const app = makeApp().use(sessions(manager)).use(note).use(sessions(manager))
    counting(app.use(note))
    const { url } = await serve(app)
    const { headers } = await ask(url, { method: 'POST' }).answer
    expect(headers['set-cookie']).toHaveLength(1)
    expect(control.calls).toEqual(['insert'])
    expect(seen[0]).toBe(seen[1])
  })

  test('two managers give two sessions and two cookies', async () => {
    const second = createSessionManager(
      devConfig(secret, { store: keyedStore(referenceBackend()), cookieName: 'admin' }),
    )
    const mount = (app: Express) => {
      app.use(sessions(second, { as: 'adminSession' }))
      app.get('/', (req, res) => {
        req.session.data.n = 1
        admin(req).data.n = 2
        res.json([req.session.id, admin(req).id])
      })
      app.put('/', (req, res) => void res.json([req.session.data, admin(req).data]))
    }
    const { url } = await stage(mount, { makeApp })
    const { headers } = await ask(url).answer
    const pairs = headers['set-cookie']?.map((line) => line.split(';')[0] ?? '') ?? []
    expect(pairs.map((pair) => pair.split('=')[0]).toSorted()).toEqual(['admin', 'sid'])
    const { text } = await ask(url, { method: 'PUT', cookie: pairs.join('; ') }).answer
    expect(text).toBe('[{"n":1},{"n":2}]')
  })
})
