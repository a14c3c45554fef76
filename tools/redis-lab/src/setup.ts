import type { TestProject } from 'vitest/node'
import { startCluster } from './cluster.ts'
import { startSecure } from './secure.ts'
import { startSentinel } from './sentinel.ts'
import { startStandalone } from './standalone.ts'
import type { Topology } from './topology.ts'

/** Starts one of each topology before the Redis tests, provides their addresses, and stops them afterwards. */
export async function setup({ config, provide }: TestProject): Promise<() => Promise<void>> {
  process.env['REDIS_SERVER'] ??= config.env['REDIS_SERVER']
  const [standalone, secure, cluster, sentinel] = await Promise.all([
    startStandalone(),
    startSecure(),
    startCluster(),
    startSentinel(),
  ])
  await keepRoles(cluster, sentinel)
  provide('redis', {
    standalone: standalone.address,
    secure: secure.address,
    cluster: cluster.address,
    sentinel: sentinel.address,
  })
  const topologies = [standalone, secure, cluster, sentinel]
  return async () => void (await Promise.all(topologies.map((topology) => topology.stop())))
}

/** Prevents failovers: no test breaks these servers, but a busy machine may delay one beyond its timeout. */
async function keepRoles(
  cluster: Topology<'cluster'>,
  { address, nodes }: Topology<'sentinel'>,
): Promise<void> {
  const timeout = String(10 * 60_000)
  const members = cluster.nodes.map((node) =>
    node.command('CONFIG', 'SET', 'cluster-node-timeout', timeout),
  )
  const watchers = nodes
    .filter(({ port }) => address.sentinels.some((sentinel) => sentinel.port === port))
    .map((node) =>
      node.command('SENTINEL', 'SET', address.name, 'down-after-milliseconds', timeout),
    )
  await Promise.all([...members, ...watchers])
}
