import { csrf, requireRecent, requireSession, sessions } from '@sojourn/fastify'
import fastify, { type FastifyInstance } from 'fastify'
import { expect, test } from 'vitest'
import { closing, watchedManager } from './support.ts'

/** An application with a login, and what `mount` adds. */
async function stage(mount: (app: FastifyInstance) => unknown) {
  const clock = { now: Date.UTC(2026, 10, 25) }
  const { manager } = watchedManager({ clock: () => clock.now })
  const app = closing(fastify())
  await app.register(sessions(manager))
  app.get('/login', async ({ session }) => {
    await session.login('ann')
    return session.csrfToken()
  })
  await mount(app)
  const login = await app.inject('/login')
  const cookie = String(login.headers['set-cookie']).split(';')[0] ?? ''
  return { app, clock, cookie, token: login.body }
}

test('a route that requires a session refuses strangers with 401, or redirects them', async () => {
  const { app, cookie } = await stage((app) =>
    app
      .get('/account', { preHandler: requireSession() }, async () => 'yours')
      .get('/page', { preHandler: requireSession({ redirectTo: '/login' }) }, async () => 'yours'),
  )
  const refused = await app.inject('/account')
  expect([refused.statusCode, refused.json().code]).toEqual([401, 'ERR_SESSION_REQUIRED'])
  const redirected = await app.inject('/page')
  expect([redirected.statusCode, redirected.headers['location']]).toEqual([303, '/login'])
  for (const url of ['/account', '/page'])
    expect((await app.inject({ url, headers: { cookie } })).body).toBe('yours')
})

test('a route that requires a recent login lets pass only until then', async () => {
  const { app, clock, cookie } = await stage((app) =>
    app.get('/email', { preHandler: requireRecent('10m') }, async () => 'change it'),
  )
  const asked = { url: '/email', headers: { cookie } }
  expect((await app.inject(asked)).body).toBe('change it')
  clock.now += 11 * 60_000
  expect((await app.inject(asked)).json().code).toBe('ERR_SESSION_NOT_RECENT')
})

test('what another site has a browser send is refused, and varies by what told it', async () => {
  const { app } = await stage((app) => {
    app.addHook('preHandler', csrf())
    app.post('/', async () => 'done')
  })
  const post = (site: string) =>
    app.inject({ method: 'POST', url: '/', headers: { 'sec-fetch-site': site } })
  const [own, other] = [await post('same-origin'), await post('cross-site')]
  expect([own.body, other.statusCode, other.json().code]).toEqual(['done', 403, 'ERR_CSRF_REFUSED'])
  for (const { headers } of [own, other]) expect(headers['vary']).toMatch(/Origin, Sec-Fetch-Site/)
})

test('where a token is demanded, the one of the session passes, by header or by field', async () => {
  const { app, cookie, token } = await stage((app) => {
    app.post('/', { preHandler: csrf({ token: true }) }, async () => 'done')
  })
  const post = (headers: Record<string, string>, body: object = {}) =>
    app.inject({ method: 'POST', url: '/', headers: { cookie, ...headers }, payload: body })
  expect((await post({})).json().code).toBe('ERR_CSRF_REFUSED')
  expect((await post({ 'x-csrf-token': token })).body).toBe('done')
  expect((await post({}, { _csrf: token })).body).toBe('done')
})

test('a guard where no sessions are says what to register', async () => {
  const app = closing(fastify())
  app.get('/', { preHandler: requireSession() }, async () => 'unreached')
  expect((await app.inject('/')).json().code).toBe('ERR_SESSION_MISSING')
})
