import { once } from 'node:events'
import { ioredisStore } from '@sojourn/store-ioredis'
import { Redis } from 'ioredis'
import { roundTripOverFetch } from './fetch-server.ts'
import { redisUrl } from './redis.ts'
import { webApp } from './web-app.ts'

export async function prove(): Promise<void> {
  const client = new Redis(redisUrl)
  client.on('error', () => undefined)
  await once(client, 'ready')
  try {
    await roundTripOverFetch(webApp(ioredisStore(client)))
  } finally {
    client.disconnect()
  }
}
