import { logIn } from '@sojourn/core/testing'
import { csrf, requireRecent, requireSession, type SessionEnv, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { expect, test } from 'vitest'
import { makeManager, type TestData } from './support.ts'

test('requireSession lets a user pass, and answers others with 401 or a redirect', async () => {
  const { manager } = makeManager()
  const { headers } = await logIn(manager, 'ada')
  const app = new Hono().use(sessions(manager))
  app.get('/in', requireSession(), (c) => c.text('inside'))
  const redirectTo = (c: { req: { path: string } }) => `/login?from=${c.req.path}`
  app.get('/a', requireSession({ redirectTo }), (c) => c.text('inside'))
  expect((await app.request('/in')).status).toBe(401)
  expect((await app.request('/in', { headers })).status).toBe(200)
  const led = await app.request('/a')
  expect([led.status, led.headers.get('location')]).toEqual([303, '/login?from=/a'])
})

test('requireRecent asks for a login that is long ago', async () => {
  let now = Date.UTC(2026, 10, 21)
  const { manager } = makeManager({ clock: () => now })
  const { headers } = await logIn(manager, 'ada')
  const app = new Hono().use(sessions(manager), requireRecent('10m'))
  app.get('/', (c) => c.text('inside'))
  expect((await app.request('/', { headers })).status).toBe(200)
  now += 11 * 60_000
  expect((await app.request('/', { headers })).status).toBe(401)
})

test('csrf refuses what another site sends, and says by what it judged', async () => {
  const app = new Hono().use(csrf()).post('/', (c) => {
    c.header('Vary', 'Accept-Language')
    return c.text('inside')
  })
  const ask = async (headers: Record<string, string>) => {
    const reply = await app.request('http://shop.example/', { method: 'POST', headers })
    return [reply.status, reply.headers.get('vary')]
  }
  const vary = 'Accept-Language, Origin, Sec-Fetch-Site'
  expect(await ask({ 'sec-fetch-site': 'same-origin' })).toEqual([200, vary])
  expect(await ask({ 'sec-fetch-site': 'cross-site' })).toEqual([403, 'Origin, Sec-Fetch-Site'])
  expect((await ask({ origin: 'https://shop.example' }))[0]).toBe(200)
  expect((await ask({ origin: 'https://evil.example' }))[0]).toBe(403)
})

test('csrf with a token finds it in the header and in a form, which the handler can read still', async () => {
  const { manager } = makeManager()
  const app = new Hono<SessionEnv<TestData>>().use(sessions(manager), csrf({ token: true }))
  app.get('/', (c) => c.text(c.get('session').csrfToken()))
  app.post('/', async (c) => c.text(String((await c.req.parseBody())['name'])))
  const { headers } = await logIn(manager, 'ada')
  const token = await (await app.request('/', { headers })).text()
  const ask = async (form: Record<string, string>, more: Record<string, string> = {}) => {
    const body = new URLSearchParams(form)
    const reply = await app.request('/', { method: 'POST', headers: { ...headers, ...more }, body })
    return [reply.status, await reply.text()]
  }
  expect(await ask({ name: 'ada' })).toEqual([403, ''])
  expect(await ask({ name: 'ada', _csrf: token })).toEqual([200, 'ada'])
  expect(await ask({ name: 'ada' }, { 'x-csrf-token': token })).toEqual([200, 'ada'])
  expect((await ask({ _csrf: token }, { 'x-csrf-token': 'other' }))[0]).toBe(403)
})

test('a guard before the sessions says what to mount', async () => {
  const app = new Hono().use(requireSession()).get('/', (c) => c.text('inside'))
  const told: unknown[] = []
  app.onError((error, c) => {
    told.push(error)
    return c.text('', 500)
  })
  await app.request('/')
  expect(told).toEqual([expect.objectContaining({ code: 'ERR_SESSION_MISSING' })])
})
