import {
  assertReplicaWait,
  freshPrefix,
  proveReplicaWait,
  startStandalone,
  until,
} from '@sojourn/redis-lab'
import { nodeRedisBackend } from '@sojourn/store-node-redis'
import * as redis from 'redis'
import * as redis5 from 'redis5'
import { afterAll, assert, expect, test } from 'vitest'
import { connectBoth } from './clients.ts'
import { connectNodeRedis } from './connect.ts'

const [server, standby] = await Promise.all([startStandalone(), startStandalone()])
const [[node], [replica]] = [server.nodes, standby.nodes]
assert(node && replica)
const { port } = server.address
await replica.command('REPLICAOF', server.address.host, String(port))
await until('the replica to follow', async () => (await node.command('WAIT', '1', '50')) === 1)
const clients = await connectBoth(port)
const pool = redis.createClientPool({ socket: { port } })
await pool.on('error', console.error).connect()

afterAll(async () => {
  for (const client of [...Object.values(clients), pool]) client.destroy()
  await Promise.all([server.stop(), standby.stop()])
})

test.each([...Object.entries(clients), ['a pool', pool] as const])(
  'waitFor waits, and says when it waited in vain: %s',
  async (_name, client) => {
    const prefix = freshPrefix()
    const waiting = (timeoutMs: number) =>
      nodeRedisBackend(client, { prefix, waitFor: { replicas: 1, timeoutMs } })
    await assertReplicaWait(waiting, [replica])
  },
)

await proveReplicaWait({ 'redis 6': connectNodeRedis(redis), 'redis 5': connectNodeRedis(redis5) })

test.each([
  { replicas: 0, timeoutMs: 100 },
  { replicas: 1, timeoutMs: 0 },
  { replicas: 1.5, timeoutMs: 100 },
])('waitFor %o is refused', (waitFor) => {
  expect(() => nodeRedisBackend(pool, { waitFor })).toThrow('Give both as positive integers')
})
