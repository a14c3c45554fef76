import { startCluster } from '@sojourn/redis-lab'
import { nodeRedisClusterStore } from '@sojourn/store-node-redis'
import { createCluster } from 'redis'
import { inParallel } from '../scale/cost.ts'
import { Crowd } from './crowd.ts'
import { cpuPerOperation } from './servers.ts'

const masters = 3
const operations = 10_000

/** What a Cluster of three masters with a replica each was seen to do. */
export interface ClusterFigures {
  readonly sessions: number
  /** How many more keys than the mean the fullest master has, as a share. */
  readonly imbalance: number
  /** What a request costs all masters together, and all replicas, in µs of CPU. */
  readonly costs: Readonly<Record<'read' | 'write', { masters: number; replicas: number }>>
}

/** Fills a Cluster on this machine, and measures it. */
export async function measureCluster(sessions: number): Promise<ClusterFigures> {
  const { nodes, address, stop } = await startCluster()
  const cluster = createCluster({
    rootNodes: address.nodes.map(({ port }) => ({ socket: { port } })),
  })
  cluster.on('error', console.error)
  await cluster.connect()
  const store = nodeRedisClusterStore(cluster)
  const crowd = new Crowd()
  await crowd.logIn(store, sessions)

  const { read, write } = crowd.requests(store)
  const costsOf = async (operation: () => Promise<unknown>) => {
    await inParallel(operations, operation) // the warm-up
    const costOf = (which: typeof nodes) => cpuPerOperation(which, operations, operation)
    return {
      masters: await costOf(nodes.slice(0, masters)),
      replicas: await costOf(nodes.slice(masters)),
    }
  }
  const costs = { read: await costsOf(read), write: await costsOf(write) }
  const sizes = await Promise.all(
    nodes.slice(0, masters).map(async ({ command }) => Number(await command('DBSIZE'))),
  )
  const mean = sizes.reduce((sum, size) => sum + size, 0) / masters
  cluster.destroy()
  await stop()
  return { sessions, imbalance: Math.max(...sizes) / mean - 1, costs }
}
