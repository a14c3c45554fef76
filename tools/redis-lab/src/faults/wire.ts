import type { TestData } from '@sojourn/conformance/store'
import type { Row, SessionBackend } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import { untilAvailable, fixtureBehindProxy, loggedIn } from '../fault-fixture.ts'
import type { Connect } from '../connect.ts'
import { until } from '../until.ts'

const at = Date.UTC(2030, 0, 1)
const callOf = () => ({ at, signal: AbortSignal.timeout(20_000) })
const row: Row = {
  version: 'v1',
  priorVersions: [],
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: new Uint8Array(10),
}
const next: Row = { ...row, version: 'v2', priorVersions: ['v1'] }

/** What can befall the wire between a client and its server, each as a test. */
export function proveWireFaults(connect: Connect): void {
  describe('the wire', () => {
    test('a write whose reply is lost is applied once, however often it is sent', async () => {
      const bench = await fixtureBehindProxy(connect)
      const backend = bench.connection.backend(bench.prefix)
      await knowScripts(backend)
      await lost(bench, () => backend.insert('g.a', row, callOf()))
      expect(await backend.insert('g.a', row, callOf())).toEqual({ inserted: true, evicted: [] })

      await lost(bench, () => backend.replace('g.a', next, { ...callOf(), expected: 'v1' }))
      const again = await backend.replace('g.a', next, { ...callOf(), expected: 'v1' })
      expect(again).toEqual({ conflict: next })

      await lost(bench, () => backend.remove('g.a', { ...callOf(), reason: 'logout' }))
      expect(await backend.remove('g.a', { ...callOf(), reason: 'logout' })).toBeNull()
      expect(await backend.find('g.a', callOf())).toEqual({ ended: 'logout', at })
    })

    test('an update whose reply is lost is not told as done, and counts once', async () => {
      const bench = await fixtureBehindProxy(connect)
      const user = await loggedIn(bench)
      await user.visit((session) => session.update(addOne))
      const { session } = await user.begin()
      const updating = session.update((data) => {
        bench.proxy.dropReplies()
        addOne(data)
      })
      await expect(updating).rejects.toMatchObject({ name: 'SessionStoreError' })
      bench.proxy.mend()
      bench.proxy.cut()
      await untilAvailable(bench)
      expect((await user.peek())?.data).toEqual({ n: 2 })
    })

    test('a write that arrives after its deadline, and after the logout, brings nothing back', async () => {
      const bench = await fixtureBehindProxy(connect)
      const user = await loggedIn(bench)
      const { session, finish } = await user.begin()
      session.data['n'] = 1
      bench.proxy.holdRequests()
      await expect(finish()).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
      expect(await bench.straight.manager.revoke(session.id)).toBe(true)
      bench.proxy.mend()
      await untilAvailable(bench)
      expect(await user.peek()).toBeNull()
      expect(await bench.manager.sessions('ann')).toEqual([])
    })
  })
}

function addOne(data: TestData): void {
  data['n'] = Number(data['n'] ?? 0) + 1
}

/** Has the server learn each script, so that what is lost is the reply of the script and not that it is unknown. */
async function knowScripts(backend: SessionBackend): Promise<void> {
  await backend.insert('g.other', row, callOf())
  await backend.replace('g.other', next, { ...callOf(), expected: 'v1' })
  await backend.remove('g.other', { ...callOf(), reason: 'logout' })
}

type Bench = Awaited<ReturnType<typeof fixtureBehindProxy>>

/** Has a write reach the server and its reply reach nobody; the client must learn that by the broken connection. */
async function lost(bench: Bench, write: () => Promise<unknown>): Promise<void> {
  const before = await commandsSeen(bench)
  bench.proxy.dropReplies()
  const writing = write()
  await until('the write to arrive', async () => (await commandsSeen(bench)) > before)
  bench.proxy.mend()
  bench.proxy.cut()
  await expect(writing).rejects.toMatchObject({ name: 'SessionStoreError' })
  await untilAvailable(bench)
}

/** How many scripts the server ran. */
async function commandsSeen({ node }: Bench): Promise<number> {
  const stats = String(await node.command('INFO', 'commandstats'))
  const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)]
  return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}
