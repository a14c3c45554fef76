import { csrf, requireSession, sessions } from '@sojourn/fastify'
import fastify, { type FastifyRequest } from 'fastify'
import { expect, test } from 'vitest'
import { closing, watchedManager } from './support.ts'

// What every binding's guards do is asked by the binding suite; this is Fastify's own.

test('whoever may not pass is led to where a function of the request says', async () => {
  const { manager } = watchedManager()
  const app = closing(fastify())
  await app.register(sessions(manager))
  const redirectTo = ({ url }: FastifyRequest) => `/login?from=${url}`
  app.get('/a', { preHandler: requireSession({ redirectTo }) }, async () => 'yours')
  const { statusCode, headers } = await app.inject('/a')
  expect([statusCode, headers['location']]).toEqual([303, '/login?from=/a'])
})

test('a guard of an instance stands before its own routes and those of its children, and no others', async () => {
  const { manager } = watchedManager()
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
