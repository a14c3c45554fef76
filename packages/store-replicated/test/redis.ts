import type { SessionBackend } from '@sojourn/core/store'
import type { Endpoint } from '@sojourn/redis-lab'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import { createClient } from 'redis'

/** A connection to one server, with the settings of docs/how-to/replicate-over-independent-redis.md. */
export interface RedisConnection {
  backend(prefix: string): SessionBackend
  close(): void
}

/** Connects node-redis to one server. */
export async function connectNodeRedis({ host, port }: Endpoint): Promise<RedisConnection> {
  const reconnectStrategy = (attempts: number) => Math.min(50 * 2 ** attempts, 500)
  const client = createClient({
    socket: { host, port, reconnectStrategy },
    disableOfflineQueue: true,
  })
  client.on('error', () => undefined)
  await client.connect()
  return {
    backend: (prefix) => nodeRedisBackend(client, { prefix }),
    close: () => client.destroy(),
  }
}
