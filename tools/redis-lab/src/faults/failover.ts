import { setTimeout as wait } from 'node:timers/promises'
import type { Visitor } from '@sojourn/conformance/store'
import { describe, expect, test } from 'vitest'
import { startCluster } from '../cluster.ts'
import type { Connect } from '../connect.ts'
import { type FaultFixture, fixtureOn, loggedIn } from '../fault-fixture.ts'
import { startLoad } from '../load.ts'
import { startSentinel } from '../sentinel.ts'
import { until } from '../until.ts'

const start = { Sentinel: startSentinel, Cluster: startCluster }

/** The topologies in which a replica takes over from a master that died. */
export type Failover = keyof typeof start

/** Registers a test per topology in which a master dies under load. The recovery time is printed, not asserted. */
export function proveFailovers(connect: Connect, failovers: readonly Failover[]): void {
  describe.each(failovers)('%s', (name) => {
    test('a master killed under load: no session that was acknowledged and replicated is lost', async () => {
      const fixture = await fixtureOn(await start[name](), connect)
      const names = Array.from({ length: 60 }, (_, index) => `user-${index}`)
      const users = await Promise.all(names.map((name) => loggedIn(fixture, name)))
      await untilReplicated(fixture)
      const load = startLoad(users)
      const scans = startScans(fixture)
      const killed = performance.now()
      await fixture.node.kill()
      await until('every session to be readable', () => allReadable(users))
      const recovery = performance.now() - killed
      await load.stop()
      scans.stop()
      expect(scans.counts.filter((count) => count !== names.length)).toEqual([])
      console.info(
        `${name}: served again after ${recovery.toFixed(0)} ms, ${load.failures()} requests failed`,
      )
      const seen = await Promise.all(users.map((user) => user.read()))
      expect(seen.map((peeked) => peeked?.userId)).toEqual(names)
    })
  })
}

/** Waits until the replicas of every master have all its writes. */
async function untilReplicated({ nodes }: FaultFixture): Promise<void> {
  const roles = await Promise.all(nodes.map((node) => node.command('ROLE')))
  const masters = nodes.filter((_, index) => String(roles[index]).startsWith('master'))
  await Promise.all(
    masters.map((master) =>
      until('the replicas to have everything', async () => {
        const info = String(await master.command('INFO', 'replication'))
        const written = /master_repl_offset:(\d+)/.exec(info)?.[1]
        const offsets = [...info.matchAll(/^slave\d+:.*offset=(\d+)/gm)].map(([, offset]) => offset)
        return offsets.length > 0 && offsets.every((offset) => offset === written)
      }),
    ),
  )
}

/** Starts to count all sessions again and again; a failed scan adds no count. */
function startScans({ connection, prefix }: FaultFixture) {
  const backend = connection.backend(prefix)
  const counts: number[] = []
  let isStopped = false
  const scan = async () => {
    const ids = new Set<string>()
    const call = { at: Date.now(), signal: AbortSignal.timeout(1_000) }
    for await (const { id } of backend.scan(call)) ids.add(id)
    if (!isStopped) counts.push(ids.size)
  }
  void (async () => {
    while (!isStopped) {
      await scan().catch(() => undefined)
      await wait(20)
    }
  })()
  return {
    counts,
    stop() {
      isStopped = true
    },
  }
}

/** Returns true if every session can be read now. */
async function allReadable(users: readonly Visitor[]): Promise<boolean> {
  return (await Promise.all(users.map((user) => user.copy().read()))).every(Boolean)
}
