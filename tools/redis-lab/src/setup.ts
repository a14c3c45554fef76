import type { TestProject } from 'vitest/node'
import { startCluster } from './cluster.ts'
import { startSecure } from './secure.ts'
import { startSentinel } from './sentinel.ts'
import { startStandalone } from './standalone.ts'

/** Starts one of each topology before the Redis tests, tells the tests where, and stops them afterwards. */
export async function setup({ config, provide }: TestProject): Promise<() => Promise<void>> {
  process.env['REDIS_SERVER'] ??= config.env['REDIS_SERVER']
  const [standalone, secure, cluster, sentinel] = await Promise.all([
    startStandalone(),
    startSecure(),
    startCluster(),
    startSentinel(),
  ])
  provide('redis', {
    standalone: standalone.address,
    secure: secure.address,
    cluster: cluster.address,
    sentinel: sentinel.address,
  })
  const topologies = [standalone, secure, cluster, sentinel]
  return async () => void (await Promise.all(topologies.map((topology) => topology.stop())))
}
