import type { IncomingMessage } from 'node:http'
import { allOperations, controlledBackend } from '@sojourn/conformance/testing'
import { createSessionManager, defaultConfig, devConfig, type Session } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { sessions } from '@sojourn/node'
import { expect, test } from 'vitest'
import { ask, secret, serve, watchFaults } from './support.ts'

watchFaults()

type WithSession = IncomingMessage & { session: Session }

/** The handler that Express builds on, alone on node:http. */
async function plain(makeConfig: typeof devConfig = devConfig, isSecure?: () => boolean) {
  const control = controlledBackend()
  const warn = () => undefined
  const manager = createSessionManager(
    makeConfig(secret, { store: keyedStore(control.backend), warn }),
  )
  const withSession = sessions(manager, isSecure ? { isSecure } : {})
  const server = await serve((request, response) =>
    withSession(request, response, (error) => {
      if (error) return void response.end('sorry')
      const { data } = (request as WithSession).session
      data.n = (data.n ?? 0) + 1
      response.end(String(data.n))
    }),
  )
  return { ...server, control }
}

test('a session survives on a bare node:http server', async () => {
  const { url } = await plain()
  const { cookie } = await ask(url).answer
  expect((await ask(url, { cookie }).answer).text).toBe('2')
})

test('store trouble comes to next, with its status and Retry-After on the response', async () => {
  const { url, control } = await plain()
  const { cookie } = await ask(url).answer
  control.fail(allOperations)
  for (const question of [{ cookie }, {}]) {
    const { status, headers, text } = await ask(url, question).answer
    expect([status, headers['retry-after'], text]).toEqual([503, '1', 'sorry'])
  }
})

test('a plain connection is not secure, unless it is said to be', async () => {
  const headers = { 'x-forwarded-proto': 'https' }
  const unsaid = await plain(defaultConfig as typeof devConfig)
  expect((await ask(unsaid.url, { headers }).answer).cookie).toBeUndefined()
  const said = await plain(defaultConfig as typeof devConfig, () => true)
  expect((await ask(said.url, { headers }).answer).cookie).toMatch(/^__Host-sid=/)
})
