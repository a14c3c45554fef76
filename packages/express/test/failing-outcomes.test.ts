import { deferred } from '@sojourn/conformance/testing'
import { SessionUsageError } from '@sojourn/core'
import type { ErrorRequestHandler, Express } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, secret, stage, watchFaults } from './support.ts'

watchFaults()

const file = import.meta.filename
const whoami = (app: Express) =>
  app.get('/whoami', (req, res) => void res.json({ user: req.session.userId ?? null }))

const answering =
  (answer: (...args: Parameters<ErrorRequestHandler>) => unknown): ErrorRequestHandler =>
  (error, req, res, next) =>
    void answer(error, req, res, next)

const answers: Record<string, { on: ErrorRequestHandler; status: number; text: string }> = {
  'sends a file': {
    on: answering((_e, _q, res) => res.status(503).sendFile(file)),
    status: 503,
    text: 'import {',
  },
  redirects: {
    on: answering((_e, _q, res) => res.redirect('/sorry')),
    status: 302,
    text: 'Found',
  },
  'sets a cookie of its own': {
    on: answering((_e, _q, res) => res.cookie('seen', 'error').send('sorry')),
    status: 503,
    text: 'sorry',
  },
  'uses writeHead': {
    on: answering((_e, _q, res) => res.writeHead(500, { 'Content-Type': 'text/plain' }).end('sor')),
    status: 500,
    text: 'sor',
  },
  'lets the request go on': {
    on: answering((_e, _q, _s, next) => next()),
    status: 404,
    text: '<!DOCTYPE html>',
  },
  throws: {
    on: answering(() => {
      throw Object.assign(new Error('worse'), { status: 501 })
    }),
    status: 501,
    text: '<!DOCTYPE html>',
  },
  'changes the session again': {
    on: answering((_e, req, res) => {
      req.session.data.name = 'error'
      res.send('sorry')
    }),
    status: 503,
    text: 'sorry',
  },
}

describe.each(frameworks)('%s', (_name, makeApp) => {
  test.each(Object.entries(answers))('an error handler that %s answers', async (_way, expected) => {
    const mount = (app: Express) =>
      app
        .get(
          '/',
          changing((_req, res) => void res.json({ a: secret })),
        )
        .use(expected.on)
    const scene = await stage(mount, { makeApp })
    scene.control.fail()
    const { status, text, headers } = await ask(scene.url).answer
    expect(status).toBe(expected.status)
    expect(text.slice(0, expected.text.length)).toBe(expected.text)
    expect(text).not.toContain(secret)
    expect(JSON.stringify(headers['set-cookie'] ?? [])).not.toContain('sid=')
  })

  test('a failed answer to HEAD has no body, and the connection lives on', async () => {
    const handler = changing((_req, res) => void res.send('SECRET'))
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    scene.control.fail()
    const { status, text } = await ask(scene.url, { method: 'HEAD' }).answer
    expect([status, text]).toEqual([503, ''])
  })

  test.each([204, 304])('a failed answer with status %i has a body again', async (code) => {
    const handler = changing((_req, res) => void res.writeHead(code).end())
    const scene = await stage((app) => app.get('/', handler), { makeApp })
    scene.control.fail()
    const { status, text } = await ask(scene.url).answer
    expect(status).toBe(503)
    expect(text).toContain('SessionStoreError')
  })

  test('a failed answer to a body that nobody reads arrives', async () => {
    const handler = changing((_req, res) => void res.send('SECRET'))
    const scene = await stage((app) => app.post('/', handler), { makeApp })
    scene.control.fail()
    const body = 'x'.repeat(1_000_000)
    const { status, text } = await ask(scene.url, { method: 'POST', body }).answer
    expect(status).toBe(503)
    expect(text).toContain('SessionStoreError')
  })

  test('a login whose request then fails delivers its cookie, for the old one is dead', async () => {
    const mount = (app: Express) =>
      whoami(app).post('/login', async (req, res, next) => {
        try {
          await req.session.login('ann')
          req.session.data.n = 1
          scene.control.fail()
          res.json({ a: 'SECRET' })
        } catch (error) {
          next(error)
        }
      })
    const scene = await stage(mount, { makeApp })
    const { status, text, headers, cookie } = await ask(`${scene.url}/login`, { method: 'POST' })
      .answer
    expect(status).toBe(503)
    expect(text).not.toContain('SECRET')
    expect(headers['set-cookie']).toHaveLength(1)
    scene.control.restore()
    expect((await ask(`${scene.url}/whoami`, { cookie }).answer).text).toBe('{"user":"ann"}')
  })

  test('a response that Node refuses to send delivers the cookie that was committed', async () => {
    const handler = changing((_req, res) => {
      res.statusMessage = 'no\nmessage'
      res.set('X-Secret', 'SECRET').send('SECRET')
    })
    const mount = (app: Express) => app.get('/', handler)
    const scene = await stage(mount, { makeApp })
    const { status, text, headers, cookie } = await ask(scene.url).answer
    expect([status, headers['x-secret'], headers.vary]).toEqual([500, undefined, 'Cookie'])
    expect(text).toContain('Invalid character in statusMessage')
    expect(cookie).toBeDefined()
    expect(headers['set-cookie']).toHaveLength(1)
  })

  test('an error handler whose own answer has to wait is waited for', async () => {
    const onError: ErrorRequestHandler = (_error, req, res, _next) => {
      scene.control.restore()
      req.session.login('bob').catch(() => undefined)
      res.status(503).send('sorry')
    }
    const mount = (app: Express) =>
      whoami(app)
        .get(
          '/',
          changing((_req, res) => void res.send('SECRET')),
        )
        .use(onError)
    const scene = await stage(mount, { makeApp })
    scene.control.fail()
    const { status, text, cookie } = await ask(scene.url).answer
    expect([status, text]).toEqual([503, 'sorry'])
    expect((await ask(`${scene.url}/whoami`, { cookie }).answer).text).toBe('{"user":"bob"}')
  })

  test('a change that another request has elevated away is a 409 that may be sent again', async () => {
    const entered = deferred()
    const elevated = deferred()
    const mount = (app: Express) =>
      whoami(app)
        .post('/login', async (req, res) => {
          await req.session.login('ann')
          res.end()
        })
        .post(
          '/slow',
          changing(async (_req, res) => {
            entered.resolve()
            await elevated.promise
            res.cookie('a', 'SECRET').json({ a: 'SECRET' })
          }),
        )
    const scene = await stage(mount, { makeApp })
    const login = (cookie?: string) => ask(`${scene.url}/login`, { method: 'POST', cookie }).answer
    const { cookie } = await login()
    const slow = ask(`${scene.url}/slow`, { method: 'POST', cookie })
    await entered.promise
    const { cookie: fresh } = await login(cookie)
    elevated.resolve()
    const { status, text, headers } = await slow.answer
    expect([status, headers['set-cookie'], headers['retry-after']]).toEqual([
      409,
      undefined,
      undefined,
    ])
    expect(text).toContain('SessionConflictError')
    expect(text).not.toContain('SECRET')
    expect((await ask(`${scene.url}/whoami`, { cookie: fresh }).answer).text).toContain('ann')
  })

  test('data that cannot be kept is a 500 that names its path, and no store is asked', async () => {
    const errors: unknown[] = []
    const handler = changing((req, res) => {
      req.session.data.bad = { deep: [() => secret] }
      res.set('ETag', '"SECRET"').json({ a: 'SECRET' })
    })
    const onError: ErrorRequestHandler = (error, _req, _res, next) => {
      errors.push(error)
      next(error)
    }
    const scene = await stage((app) => app.get('/', handler).use(onError), { makeApp })
    const { status, text, headers } = await ask(scene.url).answer
    expect([status, headers.etag, headers['set-cookie']]).toEqual([500, undefined, undefined])
    expect(text).toContain('bad.deep[0]')
    expect(text).not.toContain('SECRET')
    expect(errors).toEqual([expect.any(SessionUsageError)])
    expect(scene.control.calls).toEqual([])
  })
})
