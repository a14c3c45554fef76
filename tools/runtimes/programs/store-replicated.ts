import { randomUUID } from 'node:crypto'
import { memoryBackend } from '@sojourn/store-memory'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import { replicatedStore } from '@sojourn/store-replicated'
import { createClient } from 'redis'
import { roundTripOverFetch } from './fetch-server.ts'
import { redisUrl } from './redis.ts'
import { webApp } from './web-app.ts'

/** One instance is a Redis, and the others are in this process. */
export async function prove(): Promise<void> {
  const client = createClient({ url: redisUrl })
  client.on('error', () => undefined)
  await client.connect()
  const memory = () => memoryBackend({ max: Infinity })
  const instances = {
    paris: nodeRedisBackend(client, { prefix: `${randomUUID()}:` }),
    london: memory(),
    berlin: memory(),
  }
  try {
    await roundTripOverFetch(webApp(replicatedStore(instances)))
  } finally {
    await client.close() // waits for what the store has asked: it does not, once a quorum has replied
  }
}
