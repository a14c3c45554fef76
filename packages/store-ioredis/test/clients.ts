import { once } from 'node:events'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis5'

/** Connects a client of each major to a server. */
export async function connectBoth(port: number) {
  return {
    'ioredis 6': await connect({ port }),
    'ioredis 5': await readied(new ioredis5.Redis({ port })),
  }
}

/** Connects a client of the latest major. */
export function connect(options: { port: number; keyPrefix?: string }): Promise<ioredis6.Redis> {
  return readied(new ioredis6.Redis(options))
}

async function readied<Client extends ioredis5.Redis | ioredis6.Redis>(
  client: Client,
): Promise<Client> {
  client.on('error', console.error)
  await once(client, 'ready')
  return client
}
