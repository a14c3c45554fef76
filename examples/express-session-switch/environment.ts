/** What the servers of both kinds share. The tests set the variables. */
import { createClient, type RedisClientType } from 'redis'

const { REDIS_PORT, PREFIX = '', OLD } = process.env
if (REDIS_PORT === undefined) throw new Error('Give the port of Redis in REDIS_PORT')

export const environment = {
  /** The secret, the cookie name and the prefix of express-session. */
  oldSecret: 'the secret of the old servers',
  oldName: 'connect.sid',
  oldPrefix: `${PREFIX}sess:`,
  /** The secret and the prefix of Sojourn. */
  secret: 'the secret of the new servers, 32 bytes or more',
  prefix: `${PREFIX}sid:`,
  /** Whether old servers still run. */
  old: OLD === 'end' ? 'end' : 'keep',
} as const

/** Connects to Redis. */
export function connect(): Promise<RedisClientType> {
  const client: RedisClientType = createClient({
    socket: { host: '127.0.0.1', port: Number(REDIS_PORT) },
  })
  return client.on('error', console.error).connect()
}
