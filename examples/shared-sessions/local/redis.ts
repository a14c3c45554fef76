/** Redis as in the image: the same start.sh and redis.conf, on a free port of loopback. */
import { once } from 'node:events'
import { connect } from 'node:net'
import { join } from 'node:path'
import { freePort } from '@sojourn/redis-lab/processes'
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
  const quiet = ['--loglevel', 'warning']
  const redis = await start({
    name: 'redis',
    command: ['sh', script, ...place, ...quiet],
    env: {
      REDIS_PASSWORD_FILE: join(secrets, 'redis_password'),
      REDIS_RUN: folder,
      REDIS_SERVER: locate('redis-server') ?? 'redis-server',
    },
    isReady: () => accepts(port),
  })
  return { ...redis, port }
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } finally {
    socket.destroy()
  }
}
