import { once } from 'node:events'
import { Readable } from 'node:stream'
import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import { logIn } from '@sojourn/core/testing'
import { sessions } from '@sojourn/koa'
import type { Middleware } from 'koa'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { frameworks, makeApp, makeManager } from './support.ts'

const change: Middleware = (ctx) => {
  ctx.session.data.n = 1
  ctx.body = 'kept'
}

describe.each(frameworks)('%s', (_name, make) => {
  test('a commit that fails is thrown through the middleware before the sessions', async () => {
    const { manager, control } = makeManager()
    control.fail()
    const caught: unknown[] = []
    const catching: Middleware = async (ctx, next) => {
      try {
        await next()
      } catch (error) {
        caught.push(error)
        ctx.body = 'sorry'
      }
    }
    const { listener } = makeApp(make, catching, sessions(manager), change)
    const { headers } = await request(listener).get('/').expect(503, 'sorry')
    expect([headers['retry-after'], headers['set-cookie']]).toEqual(['1', undefined])
    expect(caught).toEqual([expect.any(SessionStoreError)])
  })

  test('who swallows the error of a commit still answers 503, and with nothing of the handler', async () => {
    const { manager, control } = makeManager()
    control.fail()
    const swallow: Middleware = (_ctx, next) => next().catch(() => undefined)
    const json: Middleware = (ctx) => {
      ctx.session.data.n = 1
      ctx.set('X-Order', '17')
      ctx.body = { kept: true }
    }
    const { listener } = makeApp(make, swallow, sessions(manager), json)
    const { headers, text } = await request(listener).get('/').expect(503)
    expect(headers['x-order']).toBeUndefined()
    expect(text).not.toContain('kept')
  })

  test('a stream whose commit failed is destroyed', async () => {
    const { manager, control } = makeManager()
    control.fail()
    const source = new Readable({ read: () => undefined })
    const closed = once(source, 'close')
    const pipe: Middleware = (ctx) => {
      ctx.session.data.n = 1
      ctx.body = source
    }
    const { listener } = makeApp(make, sessions(manager), pipe)
    await request(listener).get('/').expect(503)
    await closed
  })

  test('a cookie outlives the failure of another manager and of middleware around it', async () => {
    const { manager } = makeManager()
    const other = makeManager({ cookieName: 'other' })
    other.control.fail()
    const both: Middleware = async (ctx) => {
      await ctx.session.login('ada')
      ctx['otherSession'].data.n = 1
    }
    const outer = sessions(other.manager, { as: 'otherSession' })
    const { listener, errors } = makeApp(make, outer, sessions(manager), both)
    const { headers } = await request(listener).get('/').expect(503)
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/^sid=/)])
    expect(headers['cache-control']).toBe('private, no-cache')
    expect(errors).toHaveLength(1)
  })

  test('what middleware before the sessions changes afterwards is kept, and one line names the cookie', async () => {
    const { manager } = makeManager()
    const after: Middleware = async (ctx, next) => {
      await next()
      ctx.session.data.name = 'ada'
      await ctx.session.login('ada')
    }
    const { listener } = makeApp(make, after, sessions(manager), change)
    const { headers } = await request(listener).get('/').expect(200, 'kept')
    expect(headers['set-cookie']).toHaveLength(1)
    const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
    const { data, userId } = await manager.read({ cookie })
    expect([data, userId]).toEqual([{ n: 1, name: 'ada' }, 'ada'])
  })

  test.each([false, undefined])(
    'a response that a handler writes itself waits for its commit (ctx.respond = %s)',
    async (respond) => {
      const { manager, control } = makeManager()
      const write: Middleware = (ctx) => {
        if (respond === false) ctx.respond = false
        ctx.session.data.n = 1
        ctx.res.setHeader('X-Order', '17')
        ctx.res.statusCode = 200
        ctx.res.end('mine')
      }
      const { listener } = makeApp(make, sessions(manager), write)
      const { headers } = await request(listener).get('/').expect(200, 'mine')
      expect(headers['set-cookie']).toHaveLength(1)
      control.fail()
      const failed = await request(listener).get('/').expect(503, 'Service Unavailable')
      expect([failed.headers['retry-after'], failed.headers['x-order']]).toEqual(['1', undefined])
    },
  )

  test('a session that the handler changed before it threw is kept', async () => {
    const { manager } = makeManager()
    const fail: Middleware = (ctx) => {
      ctx.session.data.n = 1
      ctx.throw(418)
    }
    const { listener } = makeApp(make, sessions(manager), fail)
    const { headers } = await request(listener).get('/').expect(418)
    const cookie = String(headers['set-cookie']).split(';')[0] ?? ''
    expect((await manager.read({ cookie })).data).toEqual({ n: 1 })
  })

  test('a user of logIn is known through supertest', async () => {
    const { manager } = makeManager()
    const whoami: Middleware = (ctx) => {
      ctx.body = ctx.session.userId ?? 'nobody'
    }
    const { listener } = makeApp(make, sessions(manager), whoami)
    const ada = await logIn(manager, 'ada')
    await request(listener).get('/').expect(200, 'nobody')
    await request(listener).get('/').set(ada.headers).expect(200, 'ada')
  })
})

test('what is no manager is refused when it is mounted', () => {
  expect(() => sessions({} as never)).toThrow(SessionUsageError)
})
