import { deferred } from '@sojourn/conformance/testing'
import type { Express, RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, changing, frameworks, stage, watchFaults } from './support.ts'

watchFaults()

const whoami: RequestHandler = (req, res) =>
  void res.json({ user: req.session.userId ?? null, ...req.session.data })

describe.each(frameworks)('%s', (_name, makeApp) => {
  test('a response waits for a login that its handler has not awaited', async () => {
    const handler: RequestHandler = (req, res) => {
      req.session.login('ann').catch(() => undefined)
      res.send('x')
    }
    const mount = (app: Express) => app.get('/', handler).get('/whoami', whoami)
    const scene = await stage(mount, { makeApp })
    const { cookie } = await ask(scene.url).answer
    expect((await ask(`${scene.url}/whoami`, { cookie }).answer).text).toBe('{"user":"ann"}')
  })

  test('a response waits for an update that its handler has not awaited', async () => {
    const handler: RequestHandler = (req, res) => {
      req.session
        .update((data) => {
          data.n = 7
        })
        .catch(() => undefined)
      res.send('x')
    }
    const mount = (app: Express) => app.get('/', handler).get('/whoami', whoami)
    const scene = await stage(mount, { makeApp })
    const { cookie } = await ask(scene.url).answer
    expect((await ask(`${scene.url}/whoami`, { cookie }).answer).text).toBe('{"user":null,"n":7}')
  })

  test('a logout clears the cookie with the same attributes, and the old one opens nothing', async () => {
    const logout: RequestHandler = async (req, res) => {
      await req.session.destroy()
      res.redirect('/')
    }
    const mount = (app: Express) =>
      app
        .get(
          '/',
          changing((_req, res) => void res.send('x')),
        )
        .post('/logout', logout)
        .get('/whoami', whoami)
    const scene = await stage(mount, { makeApp })
    const { cookie } = await ask(scene.url).answer
    const { headers } = await ask(`${scene.url}/logout`, { method: 'POST', cookie }).answer
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(/^sid=; Path=\/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=/),
    ])
    const again = await ask(`${scene.url}/logout`, { method: 'POST', cookie }).answer
    expect(again.headers['set-cookie']).toBeUndefined()
    expect((await ask(`${scene.url}/whoami`, { cookie }).answer).text).toBe('{"user":null}')
  })

  test('a login begun while the response is held does not lose its cookie in silence', async () => {
    const told = deferred()
    const errors: unknown[] = []
    const handler = changing((req, res) => {
      res.send('x')
      req.session
        .login('ann')
        .catch((error: unknown) => errors.push(error))
        .finally(() => told.resolve())
    })
    const mount = (app: Express) => app.get('/', handler).get('/whoami', whoami)
    const scene = await stage(mount, { makeApp })
    const { cookie } = await ask(scene.url).answer
    await told.promise
    const { text } = await ask(`${scene.url}/whoami`, { cookie }).answer
    const isLoggedIn = JSON.parse(text).user === 'ann'
    expect([isLoggedIn, errors.length]).toEqual(isLoggedIn ? [true, 0] : [false, 1])
  })

  test('100 requests of one session side by side keep the changes of all', async () => {
    const handler: RequestHandler = (req, res) => {
      req.session.data = { ...req.session.data, [String(req.query['key'])]: 1 }
      res.send('x')
    }
    const mount = (app: Express) =>
      app
        .post(
          '/',
          changing((_req, res) => void res.send('x')),
        )
        .get('/', handler)
        .get('/whoami', whoami)
    const scene = await stage(mount, { makeApp })
    const { cookie } = await ask(scene.url, { method: 'POST' }).answer
    const keys = Array.from({ length: 100 }, (_, n) => `key${n}`)
    const answers = await Promise.all(
      keys.map((key) => ask(`${scene.url}/?key=${key}`, { cookie }).answer),
    )
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    const { text } = await ask(`${scene.url}/whoami`, { cookie }).answer
    expect(Object.keys(JSON.parse(text)).toSorted()).toEqual(['n', 'user', ...keys].toSorted())
  })
})
