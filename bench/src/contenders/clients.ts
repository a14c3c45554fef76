import { Redis } from 'ioredis'
import { createClient } from 'redis'

const port = () => Number(process.env['REDIS_PORT'])

/** A connected client of node-redis, at the bench's server. */
export async function connectNodeRedis() {
  const client = createClient({ socket: { host: '127.0.0.1', port: port() } })
  client.on('error', console.error)
  await client.connect()
  return client
}

/** A connected client of ioredis, at the same. */
export async function connectIoredis(): Promise<Redis> {
  const client = new Redis({ host: '127.0.0.1', port: port(), lazyConnect: true })
  client.on('error', console.error)
  await client.connect()
  return client
}
