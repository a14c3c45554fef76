import { controlledBackend, createVisitor } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { mountSession, sessionOf } from '@sojourn/node'
import { expect, test } from 'vitest'
import { serve } from './support.ts'

test('a session that could not be loaded is loaded by the next mount: an error handler does not go without', async () => {
  const control = controlledBackend()
  const secret = 'kD8s0vQ3mXz5yT1hWb7nRj4cLpUe9aGf2iOo6tVxCqE'
  const store = keyedStore(control.backend)
  const manager = createSessionManager<{ n?: number }>(devConfig(secret, { store }))
  const visitor = createVisitor(manager as never)
  await visitor.request((session) => {
    session.data['n'] = 1
  })
  const port = await serve(async (request, response) => {
    const mount = async () =>
      mountSession(manager, { request, response, fail: () => response.end('lost') })
    const outage = control.fail('find')
    const failed = await mount().catch((error) => error.code)
    outage.stop()
    const again = await mount()
    response.end(
      JSON.stringify([failed, again.session === sessionOf(manager, request), again.session.data.n]),
    )
  })
  const reply = await fetch(`http://127.0.0.1:${port}`, {
    headers: { cookie: String(visitor.cookie) },
  })
  expect(await reply.json()).toEqual(['ERR_STORE_UNAVAILABLE', true, 1])
})
