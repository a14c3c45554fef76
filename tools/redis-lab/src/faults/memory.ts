import { describe, expect, test } from 'vitest'
import { benchOnServer, type FaultBench, loggedIn } from '../bench.ts'
import type { Connect } from '../connect.ts'
import { until } from '../until.ts'

const count = 300

/** What happens where `maxmemory-policy` is not `noeviction`, each as a test. */
export function proveMemoryFaults(connect: Connect): void {
  describe('memory', () => {
    test('records that Redis evicted are ended sessions: nothing throws, nothing comes back', async () => {
      const bench = await benchOnServer(connect)
      const users = await Promise.all(Array.from({ length: count }, () => loggedIn(bench)))
      await evict(bench)
      const seen = await Promise.all(users.map((user) => user.look()))
      const alive = users.filter((_, index) => seen[index] !== null)
      console.info(`evicted ${count - alive.length} of ${count} records`)
      expect(alive.length).toBeLessThan(count)
      await Promise.all(
        alive.map((user) => user.visit(({ data }) => Object.assign(data, { n: 1 }))),
      )
      expect(await bench.manager.sessions('ann')).toHaveLength(alive.length)
      expect((await Promise.all(users.map((user) => user.look()))).map(Boolean)).toEqual(
        seen.map(Boolean),
      )
    })

    test('an index that Redis evicted heals with the next change of each session', async () => {
      const bench = await benchOnServer(connect)
      const users = [await loggedIn(bench), await loggedIn(bench), await loggedIn(bench)]
      for (const key of await indexes(bench)) await bench.node.command('UNLINK', key)
      expect(await bench.manager.sessions('ann')).toEqual([])
      for (const user of users) await user.visit(({ data }) => Object.assign(data, { n: 1 }))
      expect(await bench.manager.sessions('ann')).toHaveLength(3)
      expect(await bench.manager.revokeAll('ann')).toBe(3)
    })
  })
}

/** Has Redis throw keys away as it does when its memory is full. */
async function evict({ node }: FaultBench): Promise<void> {
  await node.command('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-random')
  const used = /used_memory:(\d+)/.exec(String(await node.command('INFO', 'memory')))?.[1]
  await node.command('CONFIG', 'SET', 'maxmemory', String(Number(used) - 50_000))
  await until('Redis to evict', async () => {
    await node.command('SET', 'other', 'application')
    return Number(/evicted_keys:(\d+)/.exec(String(await node.command('INFO', 'stats')))?.[1]) > 0
  })
  await node.command('CONFIG', 'SET', 'maxmemory', '0')
}

/** The keys that are sorted sets. */
async function indexes({ node, prefix }: FaultBench): Promise<string[]> {
  const keys = await node.command('KEYS', `${prefix}*}`)
  return Array.isArray(keys) ? keys.map(String) : []
}
