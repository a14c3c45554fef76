import {
  assertReplicaWait,
  freshPrefix,
  proveReplicaWait,
  startStandalone,
  until,
} from '@sojourn/redis-lab'
import { ioredisBackend } from '@sojourn/store-ioredis'
import * as ioredis6 from 'ioredis'
import * as ioredis5 from 'ioredis5'
import { afterAll, assert, test } from 'vitest'
import { connectBoth } from './clients.ts'
import { connectIoredis } from './connect.ts'

const [server, standby] = await Promise.all([startStandalone(), startStandalone()])
const [[node], [replica]] = [server.nodes, standby.nodes]
assert(node && replica)
await replica.command('REPLICAOF', server.address.host, String(server.address.port))
await until('the replica to follow', async () => (await node.command('WAIT', '1', '50')) === 1)
const clients = await connectBoth(server.address.port)

afterAll(async () => {
  for (const client of Object.values(clients)) client.disconnect()
  await Promise.all([server.stop(), standby.stop()])
})

test.each(Object.entries(clients))(
  'waitFor waits, and says when it waited in vain: %s',
  async (_name, client) => {
    const prefix = freshPrefix()
    const waiting = (timeoutMs: number) =>
      ioredisBackend(client, { prefix, waitFor: { replicas: 1, timeoutMs } })
    await assertReplicaWait(waiting, [replica])
  },
)

await proveReplicaWait({
  'ioredis 6': connectIoredis(ioredis6),
  'ioredis 5': connectIoredis(ioredis5),
})
