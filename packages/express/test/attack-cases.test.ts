import { inspect } from 'node:util'
import { allOperations, controlledBackend, createJar } from '@sojourn/conformance/testing'
import {
  type ConfigOptions,
  createSessionManager,
  devConfig,
  type SessionEvents,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { csrf, sessions } from '@sojourn/express'
import express, { type Express, type Request, type RequestHandler } from 'express'
import { describe, expect, test } from 'vitest'
import { ask, secret, serve, stage, watchFaults } from './support.ts'

watchFaults()

const types = [
  'created',
  'rotated',
  'replayed',
  'ended',
  'displaced',
  'discarded',
  'conflict',
  'corrupt',
  'failed',
] as const satisfies readonly (keyof SessionEvents)[]

/** A server that writes down all that an operator could see of it. */
async function watched(options: Partial<ConfigOptions> = {}) {
  const clock = { now: Date.UTC(2026, 10, 21) }
  const control = controlledBackend()
  const [seen, events, cookies] = [[] as unknown[], [] as [string, object][], [] as string[]]
  const warn = (...said: unknown[]) => void seen.push(...said)
  const own = { store: keyedStore(control.backend), clock: () => clock.now, warn, ...options }
  const manager = createSessionManager(devConfig(secret, own))
  for (const type of types)
    manager.on(type, (event) => {
      events.push([type, event])
      seen.push(event)
    })
  const app = express()
  app.use(sessions(manager), (req, res, next) => void acts(req)(req, res, next))
  const onError: express.ErrorRequestHandler = (error, _req, res, _next) => {
    seen.push(error)
    res.status(error.status ?? 500).send(inspect(error, { depth: 9, showHidden: true }))
  }
  const { url } = await serve(app.use(onError))
  const visitor = (cookie?: string) => {
    const jar = createJar(cookie)
    return async (path: string) => {
      const { text, headers } = await ask(url + path, { cookie: jar.header }).answer
      seen.push(text)
      const lines = headers['set-cookie'] ?? []
      cookies.push(...lines.map((line) => line.split(';', 1).join()))
      jar.take(lines)
      return jar.header
    }
  }
  return { clock, control, seen, events, cookies, visitor, manager }
}

/** What the path says is done to the session; the answer shows all of it that can be shown. */
function acts({ path, session, query }: Request): RequestHandler {
  const what: Record<string, () => unknown> = {
    '/change': () => Object.assign(session.data, { n: 1 }),
    '/login': () => session.login(String(query['user'] ?? 'ann')),
    '/rotate': () => session.rotate(),
    '/logout': () => session.destroy(),
    '/large': () => Object.assign(session.data, { name: 'x'.repeat(70_000) }),
    '/bad': () => Object.assign(session.data, { bad: () => 1 }),
    '/recent': () => session.requireRecent('1s'),
  }
  return async (_req, res, next) => {
    try {
      await what[path]?.()
      res.send(JSON.stringify(session) + inspect(session, { depth: 9, showHidden: true }))
    } catch (error) {
      next(error)
    }
  }
}

const minute = 60_000

describe('group N, what can be seen', () => {
  test('N-01: through a whole life and its failures nothing shows a token, a secret or a key', async () => {
    const limit = { max: 1, onExceed: 'refuse' } as const
    const { clock, control, seen, events, cookies, visitor, manager } = await watched({ limit })
    const [ann, bob] = [visitor(), visitor()]
    for (const path of ['/change', '/login', '/rotate', '/large', '/bad']) await ann(path)
    const stolen = await ann('/')
    await bob('/login?user=ann')
    clock.now += 16 * minute
    for (const path of ['/recent', '/', '/']) await ann(path)
    clock.now += minute
    await ann('/')
    const outage = control.fail(allOperations, { error: new Error('no such host') })
    for (const path of ['/', '/change', '/login']) await ann(path)
    outage.stop()
    seen.push(await manager.sessions('ann'))
    await visitor(`${stolen?.slice(0, -1)}!`)('/')
    await visitor(`${stolen?.slice(0, -8)}AAAAAAAA`)('/')
    clock.now += 6 * minute
    await visitor(stolen)('/')
    for (const path of ['/', '/login', '/logout', '/']) await ann(path)
    const happened = new Set(events.map(([type]) => type))
    for (const type of ['created', 'rotated', 'replayed', 'ended', 'discarded', 'failed'])
      expect(happened).toContain(type)
    expect(cookies.length).toBeGreaterThan(4)
    const text = seen.map(shown).join('\n')
    expect(text).toMatch(/ERR_STORE_UNAVAILABLE.*no such host/s)
    for (const word of cookies.flatMap(secretsOf)) expect(text.includes(word), word).toBe(false)
    for (const encoding of ['utf8', 'hex', 'base64', 'base64url'] as const)
      expect(text).not.toContain(Buffer.from(secret).toString(encoding))
  })

  test('N-03: the events of a life come in one order, and each names the session by its id', async () => {
    const { clock, events, visitor, manager } = await watched()
    const ann = visitor()
    for (const path of ['/change', '/login', '/rotate', '/login', '/logout', '/']) await ann(path)
    await ann('/login')
    const [{ id = '' } = {}] = await manager.sessions('ann')
    await manager.revoke(id)
    await ann('/')
    await ann('/login')
    clock.now += 25 * 60 * minute
    await ann('/')
    const told = events.map(([type, event]) => {
      const { reason, why } = event as { reason?: string; why?: string }
      return [type, reason ?? why].filter(Boolean).join(' ')
    })
    expect(told).toEqual([
      'created', // anonymous
      'ended login',
      'created', // ann's
      'rotated cause',
      'rotated cause', // the same user again
      'ended logout',
      'created',
      'ended revoked',
      'discarded ended',
      'discarded ended',
      'created',
      'discarded unknown', // expired
    ])
    const ids = events.map(([, event]) => Reflect.get(event, 'id') as unknown)
    for (const shape of ids) expect(shape).toMatch(/^[\w-]{16}\.[\w-]{22}$/)
  })
})

test.each<[string, RequestHandler, number]>([
  ['a redirect', (_req, res) => res.redirect('/'), 302],
  ['a 304', (_req, res) => void res.status(304).end(), 304],
  ['an error', (_req, _res, next) => next(new Error('no')), 500],
])('C-07: %s that rotates is private, and varies by cookie', async (_what, handler, status) => {
  const rotating: RequestHandler = async (req, res, next) => {
    await req.session.login('ann')
    return handler(req, res, next)
  }
  const { url } = await stage((app) => app.get('/', rotating))
  const { status: got, headers } = await ask(url).answer
  expect([got, headers['cache-control'], headers.vary]).toEqual([
    status,
    'private, no-cache',
    expect.stringMatching(/\bCookie\b/),
  ])
  expect(headers['set-cookie']).toHaveLength(1)
})

/** An application behind `csrf`, and what it answers. */
async function guarded(before: (app: Express) => void = () => undefined) {
  const { url } = await stage((app) => app.all('/', csrf(), (_req, res) => void res.end('done')), {
    before,
  })
  return async (method: string, headers: Record<string, string>) =>
    (await ask(url, { method, headers }).answer).status
}

test('a WebSocket that another site opens is refused where its upgrade passes through middleware', async () => {
  const status = await guarded()
  const upgrade = { connection: 'Upgrade', upgrade: 'websocket' }
  expect(await status('GET', { ...upgrade, origin: 'https://attacker.example' })).toBe(403)
  expect(await status('GET', { ...upgrade, 'sec-fetch-site': 'same-site' })).toBe(403)
  expect(await status('GET', { ...upgrade, 'sec-fetch-site': 'same-origin' })).toBe(200)
  expect(await status('GET', { origin: 'https://attacker.example' })).toBe(200)
})

test('what method-override makes a GET of another site is still what it was sent as', async () => {
  const status = await guarded((app) =>
    app.use((req, _res, next) => {
      Object.assign(req, { originalMethod: req.method, method: req.get('x-method') ?? req.method })
      next()
    }),
  )
  const site = { 'sec-fetch-site': 'cross-site' }
  expect(await status('POST', { ...site, 'x-method': 'GET' })).toBe(403)
  expect(await status('GET', { ...site, 'x-method': 'DELETE' })).toBe(403)
  expect(await status('GET', site)).toBe(200)
})

/** All that a logger could make of a value. */
function shown(value: unknown): string {
  const stack = value instanceof Error ? value.stack : ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return `${text}${stack}${inspect(value, { depth: 9, showHidden: true })}`
}

/** The whole of a cookie and its parts that are secret, in the spellings of a logger. */
function secretsOf(cookie: string): string[] {
  const [, , , ...parts] = cookie.slice(cookie.indexOf('=') + 1).split('.')
  return parts.flatMap((part) => [part, Buffer.from(part, 'base64url').toString('hex')])
}
