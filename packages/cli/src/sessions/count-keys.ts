import type { Reached } from '../redis/reach.ts'

/**
 * Returns how many keys the Redis has, for a progress bar: the sessions, the indexes of users and what else is there. Of a
 * Cluster it is an estimate: what one member has, times the number of masters. `undefined` if the user may not ask.
 */
export async function countKeys({ target, node }: Reached): Promise<number | undefined> {
  try {
    const keys = Number(await node.command('DBSIZE'))
    if (target.topology !== 'cluster') return keys
    const info = String(await node.command('CLUSTER', 'INFO'))
    return keys * Number(info.match(/cluster_size:(\d+)/)?.[1] ?? 1)
  } catch {
    return undefined
  }
}
