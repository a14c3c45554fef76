import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type TokenIn } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import { sessions } from '@sojourn/fastify'
import fastify from 'fastify'
import { expect, onTestFinished, test } from 'vitest'

test.each<[string, TokenIn]>([
  ['a cookie', 'cookie'],
  ['bearer', 'bearer'],
  ['a header', { header: 'X-Session-Token' }],
])('a user of logIn is known to inject, by %s', async (_title, tokenIn) => {
  const store = keyedStore(referenceBackend())
  const manager = createSessionManager(devConfig(randomBytes(32), { store, tokenIn }))
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(sessions(manager))
  app.get('/me', async (request) => request.session.userId ?? 'nobody')
  const { headers } = await logIn(manager, 'ada')
  expect((await app.inject({ url: '/me' })).body).toBe('nobody')
  expect((await app.inject({ url: '/me', headers })).body).toBe('ada')
})
