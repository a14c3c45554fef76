import { loopback } from './address.ts'
import { freePort } from './free-port.ts'
import { type RedisNode, startNode } from './redis-node.ts'
import { replicationLines, untilLinked } from './replication.ts'
import { type Topology, topologyOf } from './topology.ts'
import { until } from './until.ts'

const name = 'sessions'

/** Starts a master with two replicas, and three sentinels that replace it about 1 s after it has died. */
export async function startSentinel(): Promise<Topology<'sentinel'>> {
  const master = await startNode({ lines: replicationLines })
  const replicas = await Promise.all([startReplica(master), startReplica(master)])
  await Promise.all(replicas.map(untilLinked))
  const sentinels = await Promise.all(Array.from({ length: 3 }, () => startSentinelNode(master)))
  await until('the sentinels to agree', async () =>
    (await Promise.all(sentinels.map(seesAll))).every(Boolean),
  )
  const endpoints = sentinels.map(({ host, port }) => ({ host, port }))
  return topologyOf<'sentinel'>({ kind: 'sentinel', name, sentinels: endpoints }, [
    master,
    ...replicas,
    ...sentinels,
  ])
}

function startReplica(master: RedisNode): Promise<RedisNode> {
  return startNode({ lines: [`replicaof ${master.host} ${master.port}`, ...replicationLines] })
}

async function startSentinelNode(master: RedisNode): Promise<RedisNode> {
  const lines = [
    `sentinel monitor ${name} ${loopback} ${master.port} 2`,
    `sentinel down-after-milliseconds ${name} 1000`,
    `sentinel failover-timeout ${name} 3000`,
    `sentinel parallel-syncs ${name} 2`,
  ]
  return startNode({ lines, port: await freePort(), isSentinel: true })
}

async function seesAll(sentinel: RedisNode): Promise<boolean> {
  await sentinel.command('SENTINEL', 'CKQUORUM', name)
  return String(await sentinel.command('INFO', 'sentinel')).includes('slaves=2,sentinels=3')
}
