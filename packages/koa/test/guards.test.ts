import { logIn } from '@sojourn/core/testing'
import { csrf, requireRecent, requireSession, sessions } from '@sojourn/koa'
import type { Middleware } from 'koa'
import request from 'supertest'
import { describe, expect, test } from 'vitest'
import { frameworks, makeApp, makeManager } from './support.ts'

const inside: Middleware = (ctx) => {
  ctx.body = 'inside'
}

describe.each(frameworks)('%s', (_name, make) => {
  test('requireSession lets a user pass, and answers others with 401 or a redirect', async () => {
    const { manager } = makeManager()
    const { headers } = await logIn(manager, 'ada')
    const refusing = makeApp(make, sessions(manager), requireSession(), inside).listener
    await request(refusing).get('/').expect(401, 'Unauthorized')
    await request(refusing).get('/').set(headers).expect(200, 'inside')
    const redirectTo = ({ path }: { path: string }) => `/login?from=${path}`
    const leading = makeApp(make, sessions(manager), requireSession({ redirectTo }), inside)
    await request(leading.listener).get('/a').expect(303).expect('Location', '/login?from=/a')
  })

  test('requireRecent asks for a login that is long ago', async () => {
    let now = Date.UTC(2026, 10, 21)
    const { manager } = makeManager({ clock: () => now })
    const { headers } = await logIn(manager, 'ada')
    const { listener } = makeApp(make, sessions(manager), requireRecent('10m'), inside)
    await request(listener).get('/').set(headers).expect(200)
    now += 11 * 60_000
    await request(listener).get('/').set(headers).expect(401)
  })

  test('csrf refuses what another site sends, and says by what it judged', async () => {
    const { listener } = makeApp(make, csrf(), inside)
    const ask = () => request(listener).post('/').set('Host', 'shop.example')
    await ask()
      .set('Sec-Fetch-Site', 'same-origin')
      .expect(200)
      .expect('Vary', /Sec-Fetch-Site/)
    await ask()
      .set('Sec-Fetch-Site', 'cross-site')
      .expect(403)
      .expect('Vary', /Origin/)
    await ask().set('Origin', 'https://shop.example').expect(200)
    await ask().set('Origin', 'https://evil.example').expect(403)
  })

  test('csrf with a token finds it in the header and in the parsed form', async () => {
    const { manager } = makeManager()
    const parse: Middleware = (ctx, next) => {
      Object.assign(ctx.request, { body: { _csrf: ctx.get('x-form') } })
      return next()
    }
    const show: Middleware = (ctx) => {
      ctx.body = ctx.session.csrfToken()
    }
    const guarded = [parse, sessions(manager), csrf({ token: true }), show]
    const { listener } = makeApp(make, ...guarded)
    const { headers } = await logIn(manager, 'ada')
    const { text } = await request(listener).get('/').set(headers).expect(200)
    const ask = () => request(listener).post('/').set(headers)
    await ask().expect(403)
    await ask().set('X-Form', text).expect(200)
    await ask().set('X-CSRF-Token', text).expect(200)
    await ask().set('X-CSRF-Token', 'other').set('X-Form', text).expect(403)
  })

  test('a guard before the sessions says what to mount', async () => {
    const { listener, errors } = makeApp(make, requireSession(), inside)
    await request(listener).get('/').expect(500)
    expect(errors).toEqual([expect.objectContaining({ code: 'ERR_SESSION_MISSING' })])
  })
})
