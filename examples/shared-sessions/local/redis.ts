/** Redis as in the image: the same start.sh and redis.conf, on a free port of loopback. */
import { join } from 'node:path'
import { freePort } from '@sojourn/redis-lab/processes'
import { credentialsFromFile } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { locate } from '../../../tools/programs.ts'
import type { Program, Start } from './program.ts'

/** Starts Redis with its data in a folder. */
export async function startRedis({
  folder,
  secrets,
  start,
}: {
  readonly folder: string
  readonly secrets: string
  readonly start: Start
}): Promise<Program & { readonly port: number }> {
  const port = await freePort()
  const script = join(import.meta.dirname, '../redis/start.sh')
  const place = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder]
  const passwordFile = join(secrets, 'redis_password')
  const quiet = ['--loglevel', 'warning']
  const redis = await start({
    name: 'redis',
    command: ['sh', script, ...place, ...quiet],
    env: {
      REDIS_PASSWORD_FILE: passwordFile,
      REDIS_RUN: folder,
      REDIS_SERVER: locate('redis-server') ?? 'redis-server',
    },
    isReady: () => responds(port, passwordFile),
  })
  return { ...redis, port }
}

/** Returns true once it has read its file: until then it refuses commands. */
async function responds(port: number, passwordFile: string): Promise<boolean> {
  const client = createClient({
    credentialsProvider: credentialsFromFile(passwordFile, 'app'),
    socket: { host: '127.0.0.1', port, reconnectStrategy: false },
  })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return (await client.ping()) === 'PONG'
  } finally {
    if (client.isOpen) client.destroy()
  }
}
