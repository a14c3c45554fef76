import { once } from 'node:events'
import { type Connect, proveConformance, sharedServers } from '@sojourn/redis-lab'
import { ioredisBackend, ioredisStore } from '@sojourn/store-ioredis'
import { msgpackCodec } from '@sojourn/store-redis'
import { Cluster, Redis } from 'ioredis'
import { createClient } from 'redis'
import { connectStore } from '../src/redis/connect-store.ts'
import { reach } from '../src/redis/reach.ts'
import type { Endpoint } from '../src/redis/target.ts'
import { sojourn, testInvocation, writeTemporary } from './support.ts'

// The suites of the stores, by users who have what `sojourn acl` prints and nothing else.

const { standalone, cluster } = sharedServers()
const password = 'of the users of these tests'
const passwordFile = writeTemporary('password', password)

await grant([standalone], 'node-redis')
await grant([standalone], 'ioredis')
await grant(cluster.nodes, 'node-redis', '--cluster')
await grant(cluster.nodes, 'ioredis', '--cluster')

const connectNodeRedis: Connect = async (address) => {
  const isCluster = address.kind === 'cluster'
  const target = {
    topology: isCluster ? ('cluster' as const) : ('server' as const),
    endpoints: isCluster ? address.nodes : [standalone],
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

const connectIoredis: Connect = async (address) => {
  const login = { username: 'ioredis', password, enableOfflineQueue: false }
  const client =
    address.kind === 'cluster'
      ? new Cluster([...address.nodes], { enableOfflineQueue: false, redisOptions: login })
      : new Redis({ ...login, host: standalone.host, port: standalone.port })
  client.on('error', () => undefined)
  await once(client, 'ready')
  return {
    backend: (prefix, options) => ioredisBackend(client, { prefix, ...options }),
    store: (prefix) => ioredisStore(client, { prefix }),
    codec: msgpackCodec,
    close: () => client.disconnect(),
  }
}

await proveConformance(connectNodeRedis, {
  'node-redis, one server': standalone,
  'node-redis, Cluster': cluster,
})
await proveConformance(connectIoredis, {
  'ioredis, one server': standalone,
  'ioredis, Cluster': cluster,
})

/** Runs the printed line on each server, as an operator does. */
async function grant(servers: readonly Endpoint[], client: string, ...args: string[]) {
  const { stdout } = await sojourn([
    'acl',
    '--user',
    client,
    '--client',
    client,
    '--password-file',
    passwordFile,
    ...args,
  ])
  const rules = stdout.trim().split(' ').slice(1)
  for (const { host, port } of servers) {
    const operator = createClient({ socket: { host, port } })
    await operator.on('error', console.error).connect()
    await operator.sendCommand(['ACL', 'SETUSER', ...rules])
    operator.destroy()
  }
}
