import { fastifySessionSource } from '../../src/fastify-session.ts'
import { headerOf } from '../sources/cookies.ts'
import { forgeries, proveSource } from '../sources/prove-source.ts'
import { fastifyApplication, memoryStore, secret, type versions } from './world.ts'

for (const version of [10, 11] satisfies (keyof typeof versions)[])
  proveSource(
    `@fastify/session ${version}`,
    async () => {
      const store = memoryStore()
      const records = Reflect.get(store, 'store') as Map<string, object>
      const options = { secret, store, cookiePrefix: 's:' }
      const app = await fastifyApplication(version, { ...options, cookie: { maxAge: 7_200_000 } })
      return {
        logIn: async () => headerOf(await app.put({ user: 'ann', cart: ['a'] })),
        source: (of) => fastifySessionSource({ ...options, ...of }),
        has: async (cookie) =>
          [...records.keys()].some((id) => decodeURIComponent(cookie).includes(`:${id}.`)),
        async remember() {
          const before = [...records]
          return async () => {
            for (const [id, session] of before) records.set(id, session)
          }
        },
      }
    },
    forgeries,
  )
