import type { TestData } from '@sojourn/conformance/store'
import type { Row, SessionBackend } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import type { Connect } from '../connect.ts'
import { fixtureBehindProxy, loggedIn, untilAvailable } from '../fault-fixture.ts'
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

/** Registers tests of faults of the connection between a client and its server. */
export function proveWireFaults(connect: Connect): void {
  describe('the wire', () => {
    test('a write whose reply is lost is applied once, however often it is sent', async () => {
      const fixture = await fixtureBehindProxy(connect)
      const backend = fixture.connection.backend(fixture.prefix)
      await loadScripts(backend)
      await withLostReply(fixture, () => backend.insert('g.a', row, callOf()))
      expect(await backend.insert('g.a', row, callOf())).toEqual({ inserted: true, evicted: [] })

      await withLostReply(fixture, () =>
        backend.replace('g.a', next, { ...callOf(), expected: 'v1' }),
      )
      const again = await backend.replace('g.a', next, { ...callOf(), expected: 'v1' })
      expect(again).toEqual({ conflict: next })

      await withLostReply(fixture, () => backend.remove('g.a', { ...callOf(), reason: 'logout' }))
      expect(await backend.remove('g.a', { ...callOf(), reason: 'logout' })).toBeNull()
      expect(await backend.find('g.a', callOf())).toEqual({ ended: 'logout', at })
    })

    test('an update whose reply is lost is not told as done, and counts once', async () => {
      const fixture = await fixtureBehindProxy(connect)
      const user = await loggedIn(fixture)
      await user.request((session) => session.update(addOne))
      const { session } = await user.begin()
      const updating = session.update((data) => {
        fixture.proxy.dropReplies()
        addOne(data)
      })
      await expect(updating).rejects.toMatchObject({ name: 'SessionStoreError' })
      fixture.proxy.mend()
      fixture.proxy.cut()
      await untilAvailable(fixture)
      expect((await user.read())?.data).toEqual({ n: 2 })
    })

    test('a write that arrives after its deadline, and after the logout, brings nothing back', async () => {
      const fixture = await fixtureBehindProxy(connect)
      const user = await loggedIn(fixture)
      const { session, finish } = await user.begin()
      session.data['n'] = 1
      fixture.proxy.holdRequests()
      // A client that gives its connection up before the deadline reports so.
      await expect(finish()).rejects.toMatchObject({
        code: expect.stringMatching(/^ERR_STORE_(TIMEOUT|UNAVAILABLE)$/),
      })
      expect(await fixture.direct.manager.revoke(session.id)).toBe(true)
      fixture.proxy.mend()
      await untilAvailable(fixture)
      expect(await user.read()).toBeNull()
      expect(await fixture.manager.sessions('ann')).toEqual([])
    })
  })
}

function addOne(data: TestData): void {
  data['n'] = Number(data['n'] ?? 0) + 1
}

/** Loads each script into the server, so that the lost reply is that of the script and not NOSCRIPT. */
async function loadScripts(backend: SessionBackend): Promise<void> {
  await backend.insert('g.other', row, callOf())
  await backend.replace('g.other', next, { ...callOf(), expected: 'v1' })
  await backend.remove('g.other', { ...callOf(), reason: 'logout' })
}

type Fixture = Awaited<ReturnType<typeof fixtureBehindProxy>>

/** Runs a write that reaches the server and whose reply is lost; the client sees only the broken connection. */
async function withLostReply(fixture: Fixture, write: () => unknown): Promise<void> {
  const before = await scriptsRun(fixture)
  fixture.proxy.dropReplies()
  const writing = write()
  await until('the write to arrive', async () => (await scriptsRun(fixture)) > before)
  fixture.proxy.mend()
  fixture.proxy.cut()
  await expect(writing).rejects.toMatchObject({ name: 'SessionStoreError' })
  await untilAvailable(fixture)
}

/** Returns how many scripts the server has run. */
async function scriptsRun({ node }: Fixture): Promise<number> {
  const stats = String(await node.command('INFO', 'commandstats'))
  const calls = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)]
  return calls.reduce((sum, [, count]) => sum + Number(count), 0)
}
