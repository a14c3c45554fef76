import { once } from 'node:events'
import type { Connect } from '@sojourn/redis-lab'
import { ioredisBackend, ioredisStore } from '@sojourn/store-ioredis'
import { msgpackCodec } from '@sojourn/store-redis'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { connectStore } from '../src/redis/connect-store.ts'
import { reach } from '../src/redis/reach.ts'
import type { Endpoint } from '../src/redis/target.ts'
import { sojourn, testInvocation, writeTemporary } from './support.ts'

// Users who have what `sojourn acl` prints and nothing else, and clients that are logged in as them.

const password = 'of the users of these tests'
const passwordFile = writeTemporary('password', password)

/** Runs the printed line for a client on each server, as an operator does. The user is called as the client. */
export async function grant(
  servers: readonly Endpoint[],
  client: 'node-redis' | 'ioredis',
  ...args: string[]
): Promise<void> {
  const user = ['--user', client, '--client', client, '--password-file', passwordFile]
  const { stdout } = await sojourn(['acl', ...user, ...args])
  const rules = stdout.trim().split(' ').slice(1)
  for (const { host, port } of servers) {
    const operator = createClient({ socket: { host, port } })
    await operator.on('error', console.error).connect()
    await operator.sendCommand(['ACL', 'SETUSER', ...rules])
    operator.destroy()
  }
}

/** Connects as the commands of this package do. */
export const connectNodeRedis: Connect = async (address) => {
  const isCluster = address.kind === 'cluster'
  const target = {
    topology: isCluster ? ('cluster' as const) : ('server' as const),
    endpoints: endpointsOf(address),
    access: { username: 'node-redis', password, database: 0 },
  }
  const invocation = testInvocation()
  const connection = await connectStore(await reach(target, invocation), invocation)
  return {
    backend: (prefix, options) => connection.backend({ prefix, ...options }),
    store: (prefix) => connection.store({ prefix }),
    codec: msgpackCodec,
    close: () => invocation.end(),
  }
}

/** Connects as an application with ioredis does. */
export const connectIoredis: Connect = async (address) => {
  const login = { username: 'ioredis', password, enableOfflineQueue: false }
  const [first] = endpointsOf(address)
  const client =
    address.kind === 'cluster'
      ? new Cluster([...address.nodes], { enableOfflineQueue: false, redisOptions: login })
      : new Redis({ ...login, ...first })
  client.on('error', () => undefined)
  await once(client, 'ready')
  return {
    backend: (prefix, options) => ioredisBackend(client, { prefix, ...options }),
    store: (prefix) => ioredisStore(client, { prefix }),
    codec: msgpackCodec,
    close: () => client.disconnect(),
  }
}

function endpointsOf(address: Parameters<Connect>[0]): readonly Endpoint[] {
  if (address.kind === 'cluster') return address.nodes
  return address.kind === 'sentinel' ? address.sentinels : [address]
}
