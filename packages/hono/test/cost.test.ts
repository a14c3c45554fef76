import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookieOf, makeManager } from './support.ts'

// What a session costs is counted here, so that it is no matter of timing. @hono/node-server puts a light object in place
// of `Response`, and writes what is in it without a stream. It leaves that fast path for a response that was copied: it then
// makes a `Response` of the platform, which costs more than the rest of the binding.

let made = 0
const Platform = globalThis.Response
class CountedResponse extends Platform {
  constructor(...args: ConstructorParameters<typeof Platform>) {
    super(...args)
    made += 1
  }
}

let server: Server
let origin = ''

beforeAll(async () => {
  globalThis.Response = CountedResponse as typeof Platform
  const { createAdaptorServer } = await import('@hono/node-server') // takes the Response that it finds
  const { manager } = makeManager()
  const app = new Hono()
    .use(sessions(manager))
    .get('/left-alone', (c) => c.text('fine'))
    .get('/read', (c) => c.text(`${c.get('session').data.n}`))
    .get('/read-json', (c) => c.json(c.get('session').data))
    .get('/write', (c) => {
      c.get('session').data.n = (c.get('session').data.n ?? 0) + 1
      return c.text('written')
    })
  server = createAdaptorServer({ fetch: app.fetch }) as Server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => {
  server.close()
  globalThis.Response = Platform
})

test.each([
  ['/left-alone', false],
  ['/left-alone', true],
  ['/read', false],
  ['/read', true],
  ['/read-json', true],
  ['/write', true], // the store keeps the data, so no cookie is sent
])(
  '%s, with a session: %s: the server makes no Response of the platform',
  async (path, isKnown) => {
    const cookie = isKnown ? cookieOf(await fetch(`${origin}/write`)) : ''
    made = 0
    const response = await fetch(`${origin}${path}`, { headers: { cookie } })
    expect([response.status, response.headers.getSetCookie()]).toEqual([200, []])
    expect(made).toBe(0)
  },
)

test('nor for the first write of a visitor, whose cookie is on a copy of the response', async () => {
  made = 0
  expect(cookieOf(await fetch(`${origin}/write`))).toMatch(/^sid=/)
  expect(made).toBe(0)
})
