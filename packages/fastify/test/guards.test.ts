import { fetchHttp2 } from '@sojourn/conformance/binding'
import { csrf, requireSession, sessions } from '@sojourn/fastify'
import fastify, { type FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { closing, makeManager } from './support.ts'

// What every binding's guards do is asked by the binding suite; this is Fastify's own.

test('whoever may not pass is led to where a function of the request says', async () => {
  const { manager } = makeManager()
  const app = closing(fastify())
  await app.register(sessions(manager))
  const redirectTo = ({ url }: FastifyRequest) => `/login?from=${url}`
  app.get('/a', { preHandler: requireSession({ redirectTo }) }, async () => 'yours')
  const { statusCode, headers } = await app.inject('/a')
  expect([statusCode, headers['location']]).toEqual([303, '/login?from=/a'])
})

test('a guard of an instance stands before its own routes and those of its children, and no others', async () => {
  const { manager } = makeManager()
  const app = closing(fastify())
  await app.register(sessions(manager))
  await app.register(async (inner) => {
    inner.addHook('preHandler', csrf())
    inner.post('/inside', async () => 'done')
    await inner.register(async (child) => void child.post('/below', async () => 'done'))
  })
  app.post('/outside', async () => 'done')
  const post = async (url: string) => {
    const headers = { 'sec-fetch-site': 'cross-site' }
    const { statusCode, body } = await app.inject({ method: 'POST', url, headers })
    return [statusCode, body.includes('ERR_CSRF_REFUSED')]
  }
  expect(await post('/inside')).toEqual([403, true])
  expect(await post('/below')).toEqual([403, true])
  expect(await post('/outside')).toEqual([200, false])
})

test('over HTTP/2 it is the authority that an origin is compared with, and no header that contradicts it', async () => {
  const { manager } = makeManager()
  const app = closing(fastify({ http2: true }))
  await app.register(sessions(manager))
  app.post('/', { preHandler: csrf() as never }, async () => 'done')
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const post = async (headers: Record<string, string>) =>
    (await fetchHttp2()(url, { method: 'POST', headers })).status
  const [ours, theirs] = ['app.example', 'attacker.example']
  const origin = `http://${theirs}`
  expect(await post({ origin, ':authority': ours, host: theirs })).toBe(403)
  expect(await post({ origin, ':authority': theirs, host: ours })).toBe(200)
  expect(await post({ origin: url })).toBe(200)
})
