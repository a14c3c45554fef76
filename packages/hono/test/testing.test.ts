import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig, type TokenIn } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { logIn } from '@sojourn/core/testing'
import { type SessionEnv, sessions } from '@sojourn/hono'
import { Hono } from 'hono'
import { expect, test } from 'vitest'

test.each<[string, TokenIn]>([
  ['a cookie', 'cookie'],
  ['bearer', 'bearer'],
  ['a header', { header: 'X-Session-Token' }],
])('a user of logIn is known to app.request, by %s', async (_title, tokenIn) => {
  const store = keyedStore(referenceBackend())
  const manager = createSessionManager(devConfig(randomBytes(32), { store, tokenIn }))
  const app = new Hono<SessionEnv>().use('*', sessions(manager))
  app.get('/me', (c) => c.text(c.get('session').userId ?? 'nobody'))
  const { headers } = await logIn(manager, 'ada')
  expect(await (await app.request('/me')).text()).toBe('nobody')
  expect(await (await app.request('/me', { headers })).text()).toBe('ada')
})
