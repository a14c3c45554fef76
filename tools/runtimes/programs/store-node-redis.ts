import { nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { roundTripOverFetch } from './fetch-server.ts'
import { redisUrl } from './redis.ts'
import { webApp } from './web-app.ts'

export async function prove(): Promise<void> {
  const client = createClient({ url: redisUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await roundTripOverFetch(webApp(nodeRedisStore(client)))
  } finally {
    client.destroy()
  }
}
