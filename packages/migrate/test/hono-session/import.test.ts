import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { honoSessionSource } from '../../src/hono-session.ts'
import { migrateStore } from '../../src/index.ts'
import { headerOf } from '../sources/cookies.ts'
import { forgeries, proveSource } from '../sources/prove-source.ts'
import { application, libraries, mapStorage, secret } from './world.ts'

for (const [version, library] of Object.entries(libraries)) {
  proveSource(
    `@hono/session ${version} in the cookie`,
    async () => {
      const app = application(library, { duration: { absolute: 7_200 } })
      return {
        logIn: async () => headerOf(await app.put({ user: 'ann', cart: ['a'] })),
        source: (of) => honoSessionSource({ secret, ...of }),
      }
    },
    forgeries,
  )

  proveSource(
    `@hono/session ${version} in a storage`,
    async () => {
      const storage = mapStorage()
      const app = application(library, {}, storage)
      return {
        logIn: async () => headerOf(await app.put({ user: 'ann', cart: ['a'] })),
        source: (of) => honoSessionSource({ secret, storage, ...of }),
        has: async () => storage.map.size > 0,
        async remember() {
          const before = [...storage.map]
          return async () => {
            for (const [id, data] of before) storage.map.set(id, data)
          }
        },
      }
    },
    forgeries,
  )
}

test('a session in a storage ends when its cookie says', async () => {
  const storage = mapStorage()
  const app = application(libraries['0.2'], { duration: { absolute: 60 } }, storage)
  const clock = { now: Date.now() }
  const server = createSessionManager<TestData>(
    devConfig(randomBytes(32), {
      cookieName: 'sojourn',
      store: migrateStore({
        from: honoSessionSource({ secret, storage }),
        to: keyedStore(referenceBackend()),
      }),
      clock: () => clock.now,
      warn: () => undefined,
    }),
  )
  const ann = createVisitor<TestData>(server, headerOf(await app.put({ cart: ['a'] })))
  await ann.request()
  expect(await ann.read()).toMatchObject({ data: { cart: ['a'] } })
  clock.now += 61_000
  expect(await ann.read()).toBeNull()
})
