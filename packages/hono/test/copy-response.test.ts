import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import { sessions } from '@sojourn/hono'
import { type Context, Hono, type MiddlewareHandler } from 'hono'
import { compress } from 'hono/compress'
import { etag } from 'hono/etag'
import { stream } from 'hono/streaming'
import { expect, onTestFinished, test } from 'vitest'
import { makeManager } from './support.ts'

// A cookie is put onto a copy of what the handler returned. What leaves must be what leaves of a copy by the means of the
// platform, whatever is around.

type Page = (c: Context) => Response | Promise<Response>

const pages: Readonly<Record<string, Page>> = {
  text: (c) => c.text('grüße'),
  'an empty text': (c) => c.text(''),
  'a status': (c) => c.text('made', 201),
  json: (c) => c.json({ a: [1] }),
  html: (c) => c.html('<p>ä</p>'),
  'bytes, not text': (c) => c.body(new Uint8Array([0, 255]) as never),
  'no body': (c) => c.body(null, 204),
  'a stream as body': (c) => c.body(new Blob(['one', 'two']).stream()),
  stream: (c) => stream(c, async (chunks) => void (await chunks.write('one'))),
  redirect: (c) => c.redirect('/there'),
  'headers and cookies of its own': (c) => {
    c.header('Set-Cookie', 'a=1', { append: true })
    c.header('Set-Cookie', 'b=2', { append: true })
    return c.text('x', 200, { 'X-Page': 'own', 'Content-Type': 'text/x-own' })
  },
  'a response of its own': () => new Response('own', { status: 202, headers: { 'X-Page': 'own' } }),
  'a text with its length': () => new Response('own', { headers: { 'Content-Length': '3' } }),
  'one whose body was read': async () => {
    const response = new Response('read')
    await response.clone().text()
    return response
  },
  'a form': () => new Response(new URLSearchParams({ a: '1' })),
  'not found': (c) => c.notFound(),
}

const outer = { none: undefined, compress: compress({ threshold: 0 }), etag: etag() } as const

const copyByPlatform: MiddlewareHandler = async (c, next) => {
  await next()
  const copy = new Response(c.res.body, c.res)
  c.res = undefined
  c.res = copy
}

/** What leaves for a page: its status, headers and body, and its cookies. */
async function sent(
  page: Page,
  options: { hasSession: boolean; by?: keyof typeof outer; method: string },
) {
  const app = new Hono()
  const around = outer[options.by ?? 'none']
  if (around) app.use(around)
  if (options.hasSession) app.use(sessions(makeManager().manager))
  else app.use(copyByPlatform)
  app.get('/', (c) => {
    if (options.hasSession) Reflect.get(c.var, 'session').data.n = 1
    return page(c)
  })
  const { status, headers, body } = await get(app, options.method)
  const cookies = headers.getSetCookie()
  for (const name of ['set-cookie', 'date', 'vary', 'cache-control']) headers.delete(name)
  const type = headers.get('content-type')
  if (type) headers.set('content-type', type.replace('; ', ';')) // the server writes a space, the platform none
  return { cookies, seen: { status, headers: Object.fromEntries(headers), body } }
}

async function get(app: Pick<Hono, 'fetch'>, method = 'GET') {
  const server = createAdaptorServer({ fetch: app.fetch }) as Server
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const response = await fetch(url, { redirect: 'manual', method })
  const headers = new Headers(response.headers)
  return { status: response.status, headers, body: await response.text() }
}

for (const by of ['none', 'compress', 'etag'] as const)
  test.each(Object.entries(pages))(
    `%s leaves as any copy of it, around it ${by}`,
    async (_name, page) => {
      for (const method of ['GET', 'HEAD']) {
        const bare = await sent(page, { hasSession: false, by, method })
        const own = await sent(page, { hasSession: true, by, method })
        expect(own.seen).toEqual(bare.seen)
        expect(own.cookies.length).toBe(bare.cookies.length + 1)
      }
    },
  )

test('a text that is returned to many visitors carries the cookie of each to nobody else', async () => {
  const shared = new Response('for all')
  const app = new Hono().use(sessions(makeManager().manager)).get('/', (c) => {
    c.get('session').data.n = 1
    return shared
  })
  const replies = [await get(app), await get(app)]
  const cookies = replies.map(({ headers }) => headers.getSetCookie())
  expect(cookies.map((lines) => lines.length)).toEqual([1, 1])
  expect(cookies[0]).not.toEqual(cookies[1])
  expect(shared.headers.get('set-cookie')).toBeNull()
  expect(replies.map(({ body }) => body)).toEqual(['for all', 'for all'])
})
