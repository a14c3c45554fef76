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

/** The version of the server on a port. */
export async function redisVersion(port: number): Promise<string> {
  const client = createClient({ socket: { host: '127.0.0.1', port } })
  await client.connect()
  const info = await client.info('server')
  client.destroy()
  return /redis_version:(\S+)/.exec(info)?.[1] ?? 'unknown'
}
