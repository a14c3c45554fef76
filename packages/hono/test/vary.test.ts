import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { csrf, sessions } from '@sojourn/hono'
import { type Context, Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { stream } from 'hono/streaming'
import { Hono as Hono44 } from 'hono44'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { makeManager } from './support.ts'

// A cache that keeps a page without `Vary: Cookie` hands one user's page to another. So whatever a handler returns, and
// whatever it does to the header itself, `Vary` must be right on the wire.

/** A page that depends on the session, and how it is made. */
type Page = (c: Context) => Response | Promise<Response>

const use = (c: Context) => c.get('session' as never) as { readonly userId: string | undefined }
const shared = new Response(null, { status: 204 })
let origin = ''

/** Each of them consults the session. */
const pages: Readonly<Record<string, Page>> = {
  text: (c) => c.text(`${use(c).userId}`),
  json: (c) => c.json({ user: use(c).userId ?? null }),
  html: (c) => c.html(`<p>${use(c).userId}</p>`),
  body: (c) => c.body(`${use(c).userId}`, 200, { 'X-Page': 'body' }),
  'headers of its own': (c) => c.text(`${use(c).userId}`, 200, { Vary: 'Accept' }),
  'a stream as body': (c) => c.body(new Blob([`${use(c).userId}`]).stream()),
  stream: (c) => {
    use(c).userId
    return stream(c, async (chunks) => void (await chunks.write('one')))
  },
  redirect: (c) => c.redirect(`/${use(c).userId}`),
  'not found': (c) => {
    use(c).userId
    return c.notFound()
  },
  'an Error': (c) => {
    throw new Error(use(c).userId)
  },
  'an exception with a response': (c) => {
    use(c).userId
    throw new HTTPException(418 as never, {
      res: new Response('teapot', { status: 418, headers: { Vary: 'Accept' } }),
    })
  },
  'a response of its own': (c) => new Response(use(c).userId),
  'a response of its own, with headers': (c) =>
    new Response(use(c).userId, { headers: { Vary: 'Accept' } }),
  'a shared response': (c) => {
    use(c).userId
    return shared
  },
  'a fetched response': (c) => {
    use(c).userId
    return fetch(`${origin}/upstream`)
  },
  'Vary set before': (c) => {
    c.header('Vary', 'Accept')
    return c.text(`${use(c).userId}`)
  },
  'Vary set after': (c) => {
    use(c).userId
    c.header('Vary', 'Accept')
    return c.text('fine')
  },
  'Vary removed after': (c) => {
    use(c).userId
    c.header('Vary')
    return c.text('fine')
  },
  'c.res asked for before': (c) => {
    c.res.headers.set('X-Page', 'early')
    return c.text(`${use(c).userId}`)
  },
  'c.res asked for after': (c) => {
    use(c).userId
    c.res.headers.set('Vary', 'Accept')
    return c.text('fine')
  },
}

let upstream: Server

beforeAll(async () => {
  upstream = createServer((_request, response) => response.end('upstream'))
  origin = await originOf(upstream)
})
afterAll(() => void upstream.close())

describe.each([
  ['this Hono', () => new Hono()],
  ['Hono 4.4', () => new Hono44() as never as Hono],
])('with %s', (_name, makeApp) => {
  const serving =
    (mount: (app: Hono) => void, around: (app: Hono) => void = () => {}) =>
    async () => {
      const { manager } = makeManager()
      const app = makeApp()
      app.onError((error, c) =>
        'getResponse' in error ? (error as HTTPException).getResponse() : c.text('sorry', 500),
      )
      around(app)
      app.use(sessions(manager))
      mount(app)
      const server = createAdaptorServer({ fetch: app.fetch }) as Server
      const at = await originOf(server)
      const varyOf = async (path: string, init?: RequestInit) => {
        const { headers } = await fetch(`${at}${path}`, { redirect: 'manual', ...init })
        return (headers.get('vary') ?? '').split(/\s*,\s*/).filter(Boolean)
      }
      const headersOf = async (path: string) => (await fetch(`${at}${path}`)).headers
      const textOf = async (path: string) => (await fetch(`${at}${path}`)).text()
      return { varyOf, headersOf, textOf, [Symbol.asyncDispose]: async () => void server.close() }
    }

  test.each(Object.entries(pages))('%s varies by Cookie', async (_page, page) => {
    await using served = await serving((app) => app.get('/', page))()
    for (const method of ['GET', 'GET', 'HEAD'])
      expect(await served.varyOf('/', { method })).toContain('Cookie')
    expect([...shared.headers]).toEqual([])
  })

  test.each([
    'headers of its own',
    'a response of its own, with headers',
    'an exception with a response',
    'Vary set before',
    'Vary set after',
  ])('%s: what the handler names stays beside Cookie', async (name) => {
    await using served = await serving((app) => app.get('/', pages[name] as Page))()
    expect((await served.varyOf('/')).toSorted()).toEqual(['Accept', 'Cookie'])
  })

  test('a page that leaves the session alone does not vary', async () => {
    await using served = await serving((app) => {
      app.get('/text', (c) => c.text('same for all'))
      app.get('/own', () => new Response('same for all'))
    })()
    for (const path of ['/text', '/own', '/nowhere']) expect(await served.varyOf(path)).toEqual([])
  })

  test('middleware that asks only when the response is made is in time', async () => {
    await using served = await serving((app) => {
      app.use(async (c, next) => {
        await next()
        use(c).userId
      })
      app.get('/', (c) => c.text('fine'))
    })()
    expect(await served.varyOf('/')).toEqual(['Cookie'])
  })

  test.each<[string, (c: Context) => unknown]>([
    [
      'makes a page of its own',
      (c) => {
        c.res = new Response(use(c).userId)
      },
    ],
    [
      'makes a page of the one that there is',
      async (c) => {
        const text = await c.res.text()
        c.res = new Response(`${text}${use(c).userId}`, c.res)
      },
    ],
    ['adds a header', (c) => c.res.headers.set('X-User', String(use(c).userId))],
  ])('middleware around it that asks after the commit and %s is in time', async (_how, change) => {
    await using served = await serving(
      (app) => app.get('/', (c) => c.text('fine')),
      (app) => {
        app.use(async (c, next) => {
          await next()
          await change(c)
        })
      },
    )()
    expect(await served.varyOf('/')).toEqual(['Cookie'])
  })

  test('middleware that asks for the session while it sets a header keeps the header', async () => {
    const setHeaders = async (c: Context, next: () => Promise<void>) => {
      await next()
      c.res.headers.append('X-User', String(use(c).userId))
    }
    await using served = await serving(
      (app) => {
        app.use(setHeaders)
        app.get('/text', (c) => c.text('fine'))
        app.get('/own', () => new Response('fine'))
      },
      (app) => void app.use(setHeaders),
    )()
    for (const path of ['/text', '/own'])
      expect((await served.headersOf(path)).get('x-user')).toBe('undefined, undefined')
  })

  test('two managers announce one header once', async () => {
    await using served = await serving(
      (app) => app.get('/', (c) => c.text(`${use(c).userId} ${c.get('other' as never)}`)),
      (app) => {
        app.use(sessions(makeManager({ cookieName: 'other' }).manager, { as: 'other' }))
        app.use(async (c, next) => {
          Object(c.get('other' as never)).userId
          await next()
        })
      },
    )()
    expect(await served.varyOf('/')).toEqual(['Cookie'])
  })

  test('a stream that asks for the session first while it is sent is not torn', async () => {
    await using served = await serving((app) => {
      app.get('/', (c) =>
        stream(c, async (body) => {
          await body.write('first ')
          await new Promise(setImmediate)
          await body.write(`${use(c).userId ?? 'nobody'}`)
        }),
      )
    })()
    expect(await served.textOf('/')).toBe('first nobody')
  })

  test('onError that asks for the session varies too', async () => {
    await using served = await serving((app) => {
      app.get('/', () => Promise.reject(new Error('boom')))
      app.onError((_error, c) => c.text(`${use(c).userId}`, 500))
    })()
    expect(await served.varyOf('/')).toEqual(['Cookie'])
  })

  test('csrf says that a response depends on where the request comes from', async () => {
    await using served = await serving((app) => {
      app.use(csrf())
      app.post('/text', (c) => c.text(`${use(c).userId}`))
      app.post('/own', () => new Response('fine'))
    })()
    const post = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } }
    const text = await served.varyOf('/text', post)
    expect(text.toSorted()).toEqual(['Cookie', 'Origin', 'Sec-Fetch-Site'])
    expect(await served.varyOf('/own', post)).toEqual(['Origin', 'Sec-Fetch-Site'])
  })
})

async function originOf(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
