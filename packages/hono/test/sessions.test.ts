import { SessionStoreError, SessionUsageError } from '@sojourn/core'
import { csrf, requireSession, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { stream } from 'hono/streaming'
import { describe, expect, test } from 'vitest'
import { cookieOf, makeManager } from './support.ts'

describe('the response', () => {
  test('one that was fetched, whose headers cannot be changed, carries the cookie', async () => {
    const { manager } = makeManager()
    const app = new Hono().use(sessions(manager)).get('/', (c) => {
      c.get('session').data.n = 1
      return Response.redirect('http://localhost/elsewhere', 303)
    })
    const { status, headers } = await app.request('/')
    expect([status, headers.get('location')]).toEqual([303, 'http://localhost/elsewhere'])
    expect(headers.getSetCookie()).toHaveLength(1)
  })

  test('one that is given to many requests hands nobody the cookie of another', async () => {
    const { manager } = makeManager()
    const shared = new Response(null, { status: 204 })
    const app = new Hono().use(sessions(manager)).get('/', (c) => {
      c.get('session').data.n = 1
      return shared
    })
    const replies = [await app.request('/'), await app.request('/')]
    expect(new Set(replies.map(cookieOf)).size).toBe(2)
    expect(replies.map(({ headers }) => headers.getSetCookie().length)).toEqual([1, 1])
    expect([...shared.headers]).toEqual([])
  })

  test('one that takes no headers is let pass', async () => {
    const { manager } = makeManager()
    const app = new Hono().use(sessions(manager)).get('/', (c) => {
      c.get('session').data.n = 1
      return Response.error()
    })
    expect((await app.request('/')).type).toBe('error')
  })

  test('what other middleware puts onto it stays, and cookies stand side by side', async () => {
    const { manager } = makeManager()
    const app = new Hono()
      .use(cors({ origin: 'https://app.example' }))
      .use(sessions(manager))
      .get('/', (c) => {
        c.get('session').data.n = 1
        c.header('Set-Cookie', 'theme=dark')
        return c.text('fine')
      })
    const sent = { origin: 'https://app.example' }
    const { headers } = await app.request('/', { headers: sent })
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example')
    expect(headers.getSetCookie().map((line) => line.split('=')[0])).toEqual(['theme', 'sid'])
  })
})

describe('a commit that fails', () => {
  test('is told to onError, and nothing of the handler leaves', async () => {
    const { manager, control } = makeManager()
    control.fail()
    const told: unknown[] = []
    const app = new Hono().use(sessions(manager)).get('/', (c) => {
      c.get('session').data.n = 1
      c.header('X-Order', '17')
      return c.redirect('/paid')
    })
    app.onError((error, c) => {
      told.push(error)
      return c.text('sorry', 503)
    })
    const response = await app.request('/')
    expect([response.status, await response.text()]).toEqual([503, 'sorry'])
    expect(response.headers.get('location') ?? response.headers.get('x-order')).toBeNull()
    expect(told).toEqual([expect.any(SessionStoreError)])
  })

  test('is answered by Hono itself with 503 and Retry-After', async () => {
    const { manager, control } = makeManager()
    control.fail()
    const app = new Hono().use(sessions(manager)).get('/', (c) => {
      c.get('session').data.n = 1
      return c.text('fine')
    })
    const response = await app.request('/')
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1'])
    expect(await response.text()).toBe('Service Unavailable')
  })

  test('takes no cookie of another manager along', async () => {
    const { manager } = makeManager()
    const other = makeManager({ cookieName: 'other' })
    other.control.fail()
    for (const order of ['inner', 'outer']) {
      const [first, second] = [sessions(manager), sessions(other.manager, { as: 'other' })]
      const app = order === 'inner' ? new Hono().use(second, first) : new Hono().use(first, second)
      app.get('/', async (c) => {
        await c.get('session').login('ada')
        c.get('other').data.n = 1
        return c.text('fine')
      })
      const { status, headers } = await app.request('/')
      expect([status, headers.getSetCookie().map((line) => line.split('=')[0])]).toEqual([
        503,
        ['sid'],
      ])
    }
  })
})

describe('what comes late', () => {
  test('in the callback of a stream is told, and not kept', async () => {
    const { manager, warnings, discarded } = makeManager()
    const app = new Hono().use(sessions(manager)).get('/', (c) =>
      stream(c, async (chunks) => {
        c.get('session').data.n = 1
        await chunks.write('one')
        await chunks.write('two')
        c.get('session').data.name = 'late'
      }),
    )
    const response = await app.request('/')
    expect(await response.text()).toBe('onetwo')
    await new Promise(setImmediate)
    expect((await manager.read({ cookie: cookieOf(response) })).data).toEqual({ n: 1 })
    expect(discarded).toEqual([expect.objectContaining({ what: 'changes', why: 'late' })])
    expect(warnings).toEqual([expect.stringContaining('changed after the response headers')])
  })

  test('a login in it is refused, because its cookie could not follow', async () => {
    const { manager } = makeManager()
    const refused: unknown[] = []
    const app = new Hono().use(sessions(manager)).get('/', (c) =>
      stream(c, async (chunks) => {
        await chunks.write('one')
        await c
          .get('session')
          .login('ada')
          .catch((error: unknown) => refused.push(error))
      }),
    )
    await (await app.request('/')).text()
    expect(refused).toEqual([expect.objectContaining({ code: 'ERR_SESSION_LATE' })])
  })
})

test('a handler that throws keeps what it changed, whoever answers', async () => {
  const { manager } = makeManager()
  const inner = new Hono().onError((_error, c) => c.text('inner', 418))
  inner.get('/', () => {
    throw new Error('boom')
  })
  const app = new Hono()
    .use(sessions(manager))
    .use(async (c, next) => {
      c.get('session').data.n = 1
      await next()
    })
    .route('/', inner)
  const response = await app.request('/')
  expect([response.status, await response.text()]).toEqual([418, 'inner'])
  expect((await manager.read({ cookie: cookieOf(response) })).data).toEqual({ n: 1 })
})

describe('what Hono responds to in silence', () => {
  const visit = async (options: { development?: boolean; onError?: boolean }) => {
    const { manager, control, warnings } = makeManager({ development: options.development ?? true })
    const told: unknown[] = []
    const app = new Hono()
      .use(sessions(manager))
      .use('/form', csrf())
      .use('/mine', requireSession())
      .all('*', (c) => {
        c.get('session').data.n = 1
        return c.text('fine')
      })
    if (options.onError)
      app.onError((error, c) => {
        told.push(Object(error).code, warnings.length)
        return c.text('mine', 500)
      })
    const post = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } }
    const refused = await app.request('/form', post)
    await app.request('/form', post)
    const texts = [await refused.text(), await (await app.request('/mine')).text()]
    control.fail()
    texts.push(await (await app.request('/')).text(), await (await app.request('/')).text())
    return { texts, warnings: warnings.map((text) => text.match(/\d+ ERR\w+/)?.[0]), told }
  }
  const texts = ['Forbidden', 'Unauthorized', 'Service Unavailable', 'Service Unavailable']

  test('is named to the developer, each cause once', async () => {
    const { warnings, ...rest } = await visit({})
    expect(rest).toEqual({ texts, told: [] })
    expect(warnings).toEqual([
      '403 ERR_CSRF_REFUSED',
      '401 ERR_SESSION_REQUIRED',
      '503 ERR_STORE_UNAVAILABLE', // the insert
      '503 ERR_STORE_UNAVAILABLE', // the removal of what the insert may have left
    ])
  })

  test('is in production the trouble of the store only', async () => {
    const { warnings } = await visit({ development: false })
    expect(warnings).toEqual(['503 ERR_STORE_UNAVAILABLE'])
  })

  test('goes to onError of the application first', async () => {
    const { told } = await visit({ onError: true })
    expect(told.slice(0, 2)).toEqual(['ERR_CSRF_REFUSED', 0])
  })
})

test.each([['a string'], [undefined], [null], [new Response('mine')]])(
  'what is no Error, such as %s, goes on to the server, and no session is created that nobody can open',
  async (thrown) => {
    const { manager, control, discarded } = makeManager()
    const app = new Hono().use(sessions(manager)).get('/', (c) => {
      c.get('session').data.n = 1
      throw thrown
    })
    await expect(app.request('/')).rejects.toBe(thrown)
    expect([control.calls, discarded.map(({ why }) => why)]).toEqual([[], ['cookieless']])
  },
)

test('an onError that throws for some errors loses no cookie to the onError that responds', async () => {
  const { manager } = makeManager()
  const inner = new Hono().onError((error) => Promise.reject(error))
  inner.get('/', () => Promise.reject(new Error('boom')))
  const app = new Hono()
    .use(sessions(manager))
    .use(async (c, next) => {
      c.get('session').data.n = 1
      await next()
    })
    .route('/', inner)
  app.onError((_error, c) => c.text('outer', 500))
  const response = await app.request('/')
  expect([response.status, response.headers.getSetCookie().length]).toEqual([500, 1])
})

test('mounted again by another name, a manager gives the session that the request has', async () => {
  const { manager } = makeManager()
  const app = new Hono()
    .use(sessions(manager))
    .use(sessions(manager, { as: 'again' }))
    .get('/', (c) => c.json(c.get('session') === c.get('again')))
  expect(await (await app.request('/')).json()).toBe(true)
})

test.each([
  ['https://shop.example/', {}, false, true],
  ['http://shop.example/', { 'x-forwarded-proto': 'https' }, false, false],
  ['http://shop.example/', { 'x-forwarded-proto': 'https, http' }, true, true],
  ['http://shop.example/', { 'x-forwarded-proto': 'http, https' }, true, false],
  ['https://shop.example/', {}, true, true],
])('%s with %j, trustProxy %s: secure is %s', async (url, headers, trustProxy, isSecure) => {
  const { manager } = makeManager({ secure: true, cookieName: '__Host-sid' })
  const app = new Hono().use(sessions(manager, { trustProxy })).get('/', (c) => {
    c.get('session').data.n = 1
    return c.text('fine')
  })
  const response = await app.request(url, { headers })
  expect(response.headers.getSetCookie()).toHaveLength(isSecure ? 1 : 0)
})

test('what is no manager, and a proxy that is trusted by half, are refused when mounted', () => {
  const { manager } = makeManager()
  expect(() => sessions({} as never)).toThrow(SessionUsageError)
  expect(() => sessions(manager, { trustProxy: 1 as never })).toThrow(/trustProxy/)
})
