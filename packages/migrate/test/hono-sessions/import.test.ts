import { honoSessionsSource } from '../../src/hono-sessions.ts'
import { headerOf } from '../sources/cookies.ts'
import { forgeries, proveSource } from '../sources/prove-source.ts'
import { application, encryptionKey, libraries } from './world.ts'

for (const [version, library] of Object.entries(libraries)) {
  proveSource(
    `hono-sessions ${version} in a store`,
    async () => {
      const store = new library.MemoryStore()
      const records = Reflect.get(store, 'data') as Map<string, object>
      const app = application(library, { store, encryptionKey, expireAfterSeconds: 7_200 })
      return {
        logIn: async () => headerOf(await app.put({ user: 'ann', cart: ['a'] })),
        source: (of) => honoSessionsSource({ store, encryptionKey, ...of }),
        has: async () => records.size > 0,
        async remember() {
          const before = structuredClone([...records])
          return async () => {
            for (const [id, session] of before) records.set(id, session)
          }
        },
      }
    },
    forgeries,
  )

  proveSource(
    `hono-sessions ${version} in the cookie`,
    async () => {
      const store = new library.CookieStore()
      const app = application(library, { store, encryptionKey, expireAfterSeconds: 7_200 })
      return {
        logIn: async () => headerOf(await app.put({ user: 'ann', cart: ['a'] })),
        source: (of) => honoSessionsSource({ encryptionKey, ...of }),
      }
    },
    forgeries,
  )
}
