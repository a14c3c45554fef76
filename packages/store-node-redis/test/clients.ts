import type { NodeRedisClient } from '@sojourn/store-node-redis'
import * as redis6 from 'redis'
import * as redis5 from 'redis5'

/** A client that a test made, and must close. */
export type Closable = NodeRedisClient & { destroy(): void }

/** Connects a client of each major to a server. */
export async function connectBoth(port: number): Promise<Record<'redis 6' | 'redis 5', Closable>> {
  const clients = {
    'redis 6': redis6.createClient({ socket: { port } }),
    'redis 5': redis5.createClient({ socket: { port } }),
  }
  for (const client of Object.values(clients)) {
    client.on('error', console.error)
    await client.connect()
  }
  return clients
}
