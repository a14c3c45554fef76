import { logIn } from '@sojourn/core/testing'
import { csrf, requireSession, type SessionEnv, sessions } from '@sojourn/hono'
import { type Context, Hono } from 'hono'
import { expect, test } from 'vitest'
import { makeManager, type TestData } from './support.ts'

// What every binding's guards do is asked by the binding suite; this is Hono's own.

test('whoever may not pass is led to where a function of the context says', async () => {
  const { manager } = makeManager()
  const redirectTo = (c: Context) => `/login?from=${c.req.path}`
  const app = new Hono().use(sessions(manager), requireSession({ redirectTo }))
  const led = await app.request('/a')
  expect([led.status, led.headers.get('location')]).toEqual([303, '/login?from=/a'])
})

test('csrf says by what it judged beside what the handler says', async () => {
  const app = new Hono().use(csrf()).post('/', (c) => {
    c.header('Vary', 'Accept-Language')
    return c.text('inside')
  })
  const reply = await app.request('http://shop.example/', {
    method: 'POST',
    headers: { origin: 'https://shop.example' },
  })
  expect([reply.status, reply.headers.get('vary')]).toEqual([
    200,
    'Accept-Language, Origin, Sec-Fetch-Site',
  ])
})

test('a form in which csrf found its token can be read by the handler still', async () => {
  const { manager } = makeManager()
  const app = new Hono<SessionEnv<TestData>>().use(sessions(manager), csrf({ token: true }))
  app.get('/', (c) => c.text(c.get('session').csrfToken()))
  app.post('/', async (c) => c.text(String((await c.req.parseBody())['name'])))
  const { headers } = await logIn(manager, 'ada')
  const token = await (await app.request('/', { headers })).text()
  const body = new URLSearchParams({ name: 'ada', _csrf: token })
  const reply = await app.request('/', { method: 'POST', headers, body })
  expect([reply.status, await reply.text()]).toEqual([200, 'ada'])
})
