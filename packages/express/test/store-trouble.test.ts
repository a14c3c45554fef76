import { allOperations, controlledBackend, deferred } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/express'
import type { ErrorRequestHandler, Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import {
  type Answer,
  ask,
  changing,
  frameworks,
  type Stage,
  secret,
  stage,
  watchFaults,
} from './support.ts'

watchFaults()

const routes = (app: Express) =>
  app
    .post(
      '/',
      changing((_req, res) => void res.send('kept')),
    )
    .get('/', (req, res) => void res.json(req.session.data))

const page: ErrorRequestHandler = (error, _req, res, _next) => {
  const { code, status } = error as { code: string; status: number }
  res.status(status).send(`<p>${code}</p>`)
}

const careless: ErrorRequestHandler = (_error, _req, res, _next) => void res.send('oops')

const down = () => Promise.reject(new Error('ECONNREFUSED'))
const hanging = () => new Promise<never>(() => {})

const troubles = [
  ['is down', down, 'ERR_STORE_UNAVAILABLE'],
  ['hangs', hanging, 'ERR_STORE_TIMEOUT'],
] as const

describe.each(frameworks)('%s', (_name, makeApp) => {
  describe.each(troubles)('a store that %s', (_what, trouble, code) => {
    const options = { storeTimeout: 30 }

    test('is a 503 with Retry-After and leaves the cookie alone', async () => {
      const { url, control } = await stage(routes, { makeApp, options })
      const { cookie } = await ask(url, { method: 'POST' }).answer
      control.intercept(allOperations, trouble)
      for (const method of ['GET', 'POST']) {
        const { status, headers } = await ask(url, { method, cookie }).answer
        expect([status, headers['retry-after']]).toEqual([503, '1'])
        expect(headers['set-cookie']).toBeUndefined()
      }
      control.restore()
      expect((await ask(url, { cookie }).answer).text).toBe('{"n":1}')
    })

    test('reaches the error handler of the application, and Retry-After still leaves', async () => {
      const mount = (app: Express) => routes(app).use(page)
      const { url, control } = await stage(mount, { makeApp, options })
      const { cookie } = await ask(url, { method: 'POST' }).answer
      control.intercept(allOperations, trouble)
      const { status, headers, text } = await ask(url, { cookie }).answer
      expect([status, headers['retry-after'], text]).toEqual([503, '1', `<p>${code}</p>`])
    })

    test('is no 200 where an error handler forgets the status', async () => {
      const mount = (app: Express) => routes(app).use(careless)
      const { url, control } = await stage(mount, { makeApp, options })
      control.intercept(allOperations, trouble)
      const { status, text, cookie } = await ask(url, { method: 'POST' }).answer
      expect([status, text, cookie]).toEqual([503, 'oops', undefined])
    })
  })

  describe('an application that goes on without the session', () => {
    const goOn: ErrorRequestHandler = (_error, _req, res, next) => {
      res.setHeader('X-Degraded', 'yes')
      next()
    }
    const send: RequestHandler = (_req, res) => void res.send('fine')
    const cookieOf = async ({ url }: Stage) => (await ask(url, { method: 'POST' }).answer).cookie
    const staff = () => {
      const store = keyedStore(controlledBackend().backend)
      return sessions(createSessionManager(devConfig(secret, { store, cookieName: 'staff' })), {
        as: 'staff',
      })
    }
    const head = ({ status, headers }: Answer) => [
      status,
      headers['retry-after'],
      headers['x-degraded'],
    ]

    test('responds 503, unless it sets another status', async () => {
      const served = await stage((app) => routes(app).use(goOn).put('/', send), { makeApp })
      const cookie = await cookieOf(served)
      served.control.intercept(allOperations, down)
      const answer = await ask(served.url, { method: 'PUT', cookie }).answer
      expect(head(answer)).toEqual([503, '1', 'yes'])
    })

    test('responds 200 where the session of another manager loads', async () => {
      const mount = (app: Express) => routes(app).use(goOn).use(staff()).put('/', send)
      const served = await stage(mount, { makeApp })
      const cookie = await cookieOf(served)
      served.control.intercept(allOperations, down)
      const answer = await ask(served.url, { method: 'PUT', cookie }).answer
      expect(head(answer)).toEqual([200, undefined, 'yes'])
    })

    test('responds 200 where the session loads after all', async () => {
      const again: RequestHandler = (req, res, next) => sessions(served.manager)(req, res, next)
      const mount = (app: Express) => routes(app).use(goOn).use(again).use(changing(send))
      const served = await stage(mount, { makeApp })
      const cookie = await cookieOf(served)
      const trouble = served.control.intercept(['find'], () => {
        trouble.stop()
        return down()
      })
      const answer = await ask(served.url, { method: 'PUT', cookie }).answer
      expect(head(answer)).toEqual([200, undefined, 'yes'])
    })

    test('keeps a status and a header that it has set itself', async () => {
      const teapot: ErrorRequestHandler = (_error, _req, res, next) => {
        res.status(418).setHeader('Retry-After', '60')
        next()
      }
      const mount = (app: Express) => routes(app).use(teapot).use(staff()).put('/', send)
      const served = await stage(mount, { makeApp })
      const cookie = await cookieOf(served)
      served.control.intercept(allOperations, down)
      const answer = await ask(served.url, { method: 'PUT', cookie }).answer
      expect(head(answer)).toEqual([418, '60', undefined])
    })
  })

  test('a store that is down is not asked by a request that keeps nothing', async () => {
    const { url, control } = await stage(routes, { makeApp })
    control.fail(allOperations)
    const { status, text } = await ask(url).answer
    expect([status, text]).toEqual([200, '{}'])
  })

  test('data that no session can keep is a 500, and nothing of the answer leaves', async () => {
    const handler = changing((req, res) => {
      req.session.data.bad = () => 1
      res.send('kept')
    })
    const { url } = await stage((app) => app.get('/', handler), { makeApp })
    const { status, text, cookie } = await ask(url).answer
    expect([status, cookie]).toEqual([500, undefined])
    expect(text).toContain('SessionUsageError')
  })

  test('a second send throws as ever, and the first one leaves', async () => {
    const thrown = deferred()
    let error: unknown
    const handler = changing((_req, res) => {
      res.json({ first: true })
      try {
        res.json({ second: true })
      } catch (caught) {
        error = caught
      }
      thrown.resolve()
    })
    const { url, control } = await stage((app) => app.get('/', handler), { makeApp })
    const held = control.hold()
    const { answer } = ask(url)
    await thrown.promise
    expect(error).toMatchObject({ code: 'ERR_HTTP_HEADERS_SENT' })
    held.release()
    expect((await answer).text).toBe('{"first":true}')
  })

  test('an error after a part was written ends the connection, and the change is kept', async () => {
    const handler = changing((_req, res) => {
      res.write('part')
      throw new Error('oh')
    })
    const mount = (app: Express) => routes(app).patch('/', handler)
    const { url, control, turn } = await stage(mount, { makeApp })
    const { cookie } = await ask(url, { method: 'POST' }).answer
    await expect(ask(url, { method: 'PATCH', cookie }).answer).rejects.toThrow()
    await control.called('replace')
    await turn()
    expect((await ask(url, { cookie }).answer).text).toBe('{"n":2}')
  })
})
