import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { createAdaptorServer } from '@hono/node-server'
import { sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cookieOf, makeManager } from './support.ts'

// What a session costs is shown here without timing. @hono/node-server puts a light object in place of `Response`, and writes
// what is in it without a stream. It leaves that fast path for a response that was copied by the platform: then a
// `Response` of the platform is behind the object, which costs more than the rest of the binding. `inspect` shows it.

let seen = ''
let server: Server
let origin = ''

beforeAll(async () => {
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
    .get('/streamed', (c) => {
      c.get('session').data.n = 1
      return c.body(new Blob(['written']).stream())
    })
  const fetch = async (request: Request) => {
    const response = await app.fetch(request)
    seen = inspect(response)
    return response
  }
  server = createAdaptorServer({ fetch }) as Server
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => void server.close())

const light = /^Response \(lightweight\).*nativeResponse: undefined/s

test.each([
  ['/left-alone', false],
  ['/left-alone', true],
  ['/read', false],
  ['/read', true],
  ['/read-json', true],
  ['/write', true], // the store keeps the data, so no cookie is sent
])('%s, with a session: %s: no Response of the platform is made', async (path, isKnown) => {
  const cookie = isKnown ? cookieOf(await fetch(`${origin}/write`)) : ''
  const response = await fetch(`${origin}${path}`, { headers: { cookie } })
  expect([response.status, response.headers.getSetCookie()]).toEqual([200, []])
  expect(seen).toMatch(light)
})

test('nor for the first write of a visitor, whose cookie is on a copy of the response', async () => {
  expect(cookieOf(await fetch(`${origin}/write`))).toMatch(/^sid=/)
  expect(seen).toMatch(light)
})

test('one is made for a stream with a cookie', async () => {
  expect(cookieOf(await fetch(`${origin}/streamed`))).toMatch(/^sid=/)
  expect(seen).not.toMatch(light)
})
