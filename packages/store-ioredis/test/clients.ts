import { once } from 'node:events'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis5'

/** Connects a client of each major to a server. */
export async function connectBoth(port: number) {
  const clients = {
    'ioredis 6': new ioredis6.Redis({ port }),
    'ioredis 5': new ioredis5.Redis({ port }),
  }
  for (const client of Object.values(clients)) {
    client.on('error', console.error)
    await once(client, 'ready')
  }
  return clients
}
