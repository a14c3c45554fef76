import type { RedisNode } from './redis-node.ts'
import { until } from './until.ts'

/** Lines of redis.conf for replication: replicas copy at once, and detect a lost master quickly. */
export const replicationLines = ['repl-diskless-sync-delay 0', 'repl-ping-replica-period 1']

/** Waits until a replica has copied its master. */
export async function untilLinked(replica: RedisNode): Promise<void> {
  await until('a replica to have copied its master', async () =>
    String(await replica.command('INFO', 'replication')).includes('master_link_status:up'),
  )
}
