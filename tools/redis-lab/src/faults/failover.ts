import { setTimeout as wait } from 'node:timers/promises'
import type { Visitor } from '@sojourn/conformance/store'
import { describe, expect, test } from 'vitest'
import { fixtureOn, type FaultFixture, loggedIn } from '../fault-fixture.ts'
import { startCluster } from '../cluster.ts'
import type { Connect } from '../connect.ts'
import { startSentinel } from '../sentinel.ts'
import type { AnyTopology } from '../topology.ts'
import { until } from '../until.ts'

/** A master that dies under load, each topology as a test. How long it takes is told, and never judged. */
export function proveFailovers(
  connect: Connect,
  { clusterFailover }: { readonly clusterFailover: boolean },
): void {
  const topologies = { Sentinel: startSentinel, ...(clusterFailover && { Cluster: startCluster }) }

  describe.each(Object.entries<() => Promise<AnyTopology>>(topologies))('%s', (name, start) => {
    test('a master killed under load: no session that was acknowledged and replicated is lost', async () => {
      const bench = await fixtureOn(await start(), connect)
      const names = Array.from({ length: 60 }, (_, index) => `user-${index}`)
      const users = await Promise.all(names.map((name) => loggedIn(bench, name)))
      await replicated(bench)
      const { stop, failed } = load(users)
      const scans = scanning(bench)
      const killed = performance.now()
      await bench.node.kill()
      await until('everybody to be served', () => everybody(users))
      const recovery = performance.now() - killed
      await stop()
      scans.stop()
      expect(scans.counts.filter((count) => count !== names.length)).toEqual([])
      console.info(
        `${name}: served again after ${recovery.toFixed(0)} ms, ${failed()} requests failed`,
      )
      const seen = await Promise.all(users.map((user) => user.peek()))
      expect(seen.map((look) => look?.userId)).toEqual(names)
    })
  })
}

/** Waits until the replicas of every master have all that was written. */
async function replicated({ nodes }: FaultFixture): Promise<void> {
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

/** Everybody changes the own session again and again, and goes on after an error. */
function load(users: readonly Visitor[]) {
  let isOver = false
  let failures = 0
  const running = users.map(async (user) => {
    for (let n = 0; !isOver; n++) {
      await user.visit(({ data }) => Object.assign(data, { n })).catch(() => failures++)
      await wait(20)
    }
  })
  return {
    failed: () => failures,
    async stop() {
      isOver = true
      await Promise.all(running)
    },
  }
}

/** Counts all sessions again and again; a scan that fails counts nothing. */
function scanning({ connection, prefix }: FaultFixture) {
  const backend = connection.backend(prefix)
  const counts: number[] = []
  let isOver = false
  const scan = async () => {
    const ids = new Set<string>()
    const call = { at: Date.now(), signal: AbortSignal.timeout(1_000) }
    for await (const { id } of backend.scan(call)) ids.add(id)
    if (!isOver) counts.push(ids.size)
  }
  void (async () => {
    while (!isOver) {
      await scan().catch(() => undefined)
      await wait(20)
    }
  })()
  return {
    counts,
    stop() {
      isOver = true
    },
  }
}

/** Whether every session can be read now. */
async function everybody(users: readonly Visitor[]): Promise<boolean> {
  return (await Promise.all(users.map((user) => user.copy().peek()))).every(Boolean)
}
