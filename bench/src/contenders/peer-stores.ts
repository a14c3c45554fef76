import { RedisStore } from 'connect-redis'
import type { Store } from 'hono-sessions'
import { connectNodeRedis } from './clients.ts'

/** The store of express-session and @fastify/session in Redis. */
export async function redisStore(): Promise<RedisStore> {
  return new RedisStore({ client: await connectNodeRedis(), prefix: 'peer:' })
}

/** What its README writes for Redis: the session as JSON under its id. */
export async function honoRedisStore(): Promise<Store> {
  const client = await connectNodeRedis()
  return {
    getSessionById: async (id) => JSON.parse((await client.get(`peer:${id}`)) ?? 'null'),
    async createSession(id, data) {
      await client.set(`peer:${id}`, JSON.stringify(data), { expiration: aDay })
    },
    async persistSessionData(id, data) {
      await client.set(`peer:${id}`, JSON.stringify(data), { expiration: aDay })
    },
    async deleteSession(id) {
      await client.del(`peer:${id}`)
    },
  }
}

const aDay = { type: 'EX', value: 86_400 } as const
