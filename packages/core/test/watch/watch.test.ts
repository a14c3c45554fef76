import { randomBytes } from 'node:crypto'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/session.ts'
import type { Watch } from '../../src/watch/watch.ts'
import { longTokenStore } from '../long-token-store.ts'
import { testBackend, testManager, visit } from '../support.ts'

const minute = 60_000
const secretKey = randomBytes(32)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Two servers of one fleet, a browser that is logged in, and a clock that the timers follow. */
async function setUp(given: Partial<ConfigOptions> = {}) {
  const over = testBackend()
  const clock = { now: Date.UTC(2026, 10, 21) }
  const times = { maxAge: '30m', touchInterval: '1m', clock: () => clock.now } as const
  const connect = () => testManager({ secretKey, ...times, ...given }, over).manager
  const [manager, other] = [connect(), connect()]
  const ada = createVisitor(manager)
  await ada.request((session) => session.login('ada'))
  over.calls.length = 0
  const pass = async (ms: number) => {
    clock.now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  const begin = () => manager.watch({ cookie: ada.cookie })
  /** Lets another in after the next `find`, before the watch sees what was found. */
  const afterFind = (act: () => Promise<unknown>) => {
    const once = over.intercept('find', async (run) => {
      once.stop()
      const found = await run()
      await act()
      return found
    })
  }
  return { ...over, manager, other, ada, pass, begin, clock, afterFind }
}

/** What a watch has said of its end so far. */
async function endOf(watch: Watch<TestData>): Promise<string> {
  return Promise.race([watch.ended, new Promise<string>((tell) => setImmediate(tell, 'alive'))])
}

describe('a watch', () => {
  test('begins with one look at the session, which is read-only', async () => {
    const { begin, takeCalls } = await setUp()
    const { session } = await begin()
    expect([session.userId, session.isReadOnly, takeCalls()]).toEqual(['ada', true, ['find']])
    expect(() => session.rotate()).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_READ_ONLY' }),
    )
  })

  test('of no session is over from the start, and asks the store nothing', async () => {
    const { manager, takeCalls } = await setUp()
    for (const headers of [{}, { cookie: 'sid=rubbish' }]) {
      const watch = await manager.watch(headers)
      expect([await watch.ended, await watch.keepAlive()]).toEqual(['gone', false])
    }
    expect([takeCalls(), vi.getTimerCount()]).toEqual([[], 0])
  })

  test('of a session that has ended says why', async () => {
    const { ada, begin } = await setUp()
    const { cookie } = ada
    await ada.request((session) => session.destroy())
    ada.cookie = cookie
    expect(await (await begin()).ended).toBe('logout')
  })

  test('notes use at most once per touch interval, whatever the number of messages', async () => {
    const { begin, pass, takeCalls } = await setUp()
    const watch = await begin()
    takeCalls()
    for (let n = 0; n < 100; n++) expect(await watch.keepAlive()).toBe(true)
    expect(takeCalls()).toEqual([])
    await pass(minute - 1)
    expect(await watch.keepAlive()).toBe(true)
    expect(takeCalls()).toEqual([])
    await pass(1)
    takeCalls()
    await Promise.all(Array.from({ length: 100 }, () => watch.keepAlive()))
    expect(takeCalls()).toEqual(['find', 'touch'])
  })

  test('of a fleet touches once per interval, requests included', async () => {
    const { manager, other, ada, pass, intercept } = await setUp()
    const headers = { cookie: ada.cookie }
    const watches = await Promise.all(
      [manager, other, manager, other].map((server) => server.watch(headers)),
    )
    const outcomes: unknown[] = []
    intercept('touch', async (run) => {
      const outcome = await run()
      outcomes.push(outcome)
      return outcome
    })
    for (let n = 1; n <= 9; n++) {
      await pass(minute)
      const heard = [...watches, ...watches].map((watch) => watch.keepAlive())
      await Promise.all([...heard, ada.at(other).request()])
      await Promise.all(watches.map((watch) => watch.keepAlive()))
      expect(outcomes.filter((outcome) => outcome === 'touched')).toHaveLength(n)
    }
    for (const watch of watches) expect(await endOf(watch)).toBe('alive')
  })

  test('keeps a session alive as long as it is used, and not a moment longer', async () => {
    const { manager, ada, begin, pass } = await setUp()
    const watch = await begin()
    for (let n = 0; n < 100; n++) {
      await pass(minute)
      expect(await watch.keepAlive()).toBe(true)
    }
    await pass(31 * minute - 1)
    expect((await manager.read({ cookie: ada.cookie })).userId).toBe('ada')
    expect(await endOf(watch)).toBe('alive')
    await pass(minute)
    expect(await endOf(watch)).toBe('gone')
    expect(await watch.keepAlive()).toBe(false)
  })

  test('that is only open does not count as use', async () => {
    const { begin, pass, takeCalls } = await setUp()
    const watch = await begin()
    takeCalls()
    await pass(30 * minute)
    expect(takeCalls().every((call) => call === 'find')).toBe(true)
    await pass(2 * minute)
    expect(await endOf(watch)).toBe('gone')
  })

  test('ends at the absolute limit, however often it is used', async () => {
    const { begin, pass, takeCalls, clock } = await setUp({ absoluteTimeout: '50m' })
    const watch = await begin()
    for (let n = 1; n < 50; n++) {
      await pass(minute)
      expect(await watch.keepAlive()).toBe(true)
    }
    takeCalls()
    clock.now += minute
    expect([await watch.keepAlive(), await endOf(watch), takeCalls()]).toEqual([false, 'gone', []])
  })

  test('outlives the token that it began with, for a rotation by age ends nothing (P3)', async () => {
    const { ada, begin, pass } = await setUp()
    const watch = await begin()
    const first = ada.cookie
    for (let n = 0; n < 60; n++) {
      await pass(minute)
      await ada.request()
      expect(await watch.keepAlive()).toBe(true)
    }
    expect(ada.cookie).not.toBe(first)
    expect(await endOf(watch)).toBe('alive')
  })

  test('rotates no token itself', async () => {
    const { ada, begin, pass, takeCalls } = await setUp()
    const watch = await begin()
    for (let n = 0; n < 60; n++) {
      await pass(20_000)
      await watch.keepAlive()
    }
    expect(takeCalls()).not.toContain('replace')
    const { carrier } = await visit(ada) // the watch has touched, but the offer is overdue
    expect(carrier.setCookies).toHaveLength(1)
  })

  test('no longer touches the session once its token is rotated away, and stays open', async () => {
    const { ada, begin, pass, takeCalls } = await setUp()
    const watch = await begin()
    await pass(15 * minute)
    await visit(ada)
    await pass(minute)
    await visit(ada)
    await pass(minute)
    takeCalls()
    expect(await watch.keepAlive()).toBe(true)
    expect(takeCalls()).toEqual(['find'])
  })

  test('that is closed asks no more, and tells no more', async () => {
    const { ada, begin, pass, takeCalls } = await setUp()
    const watch = await begin()
    watch.close()
    takeCalls()
    expect([await watch.keepAlive(), vi.getTimerCount()]).toEqual([false, 0])
    await pass(10 * minute)
    await ada.request((session) => session.destroy())
    expect(takeCalls()).not.toContain('touch')
    expect(await endOf(watch)).toBe('alive')
  })

  test('leaves no timer behind: neither its end nor the manager that closes', async () => {
    const { manager, begin } = await setUp()
    const [one] = [await begin(), await begin()]
    expect(vi.getTimerCount()).toBe(1) // of the session, which both follow
    await manager.revoke(one.session.id)
    expect(vi.getTimerCount()).toBe(0)
    const { manager: another, begin: again } = await setUp()
    await again()
    await another.close()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('watches of one session', () => {
  const many = 1_000

  /** Begins watches, a tenth of them in each touch interval, while the browser makes requests. */
  async function beginMany({ ada, begin, pass }: Awaited<ReturnType<typeof setUp>>) {
    const watches: Watch<TestData>[] = []
    for (let n = 0; n < 10; n++) {
      for (let m = 0; m < many / 10; m++) watches.push(await begin())
      await pass(minute)
      await ada.request()
    }
    return watches
  }

  test('ask the store once per interval, and touch once, whatever their number', async () => {
    const stage = await setUp()
    const watches = await beginMany(stage)
    stage.takeCalls()
    await stage.pass(minute)
    expect(stage.takeCalls()).toEqual(['find'])
    for (let heard = 0; heard < 3; heard++)
      expect(await Promise.all(watches.map((watch) => watch.keepAlive()))).not.toContain(false)
    expect(stage.takeCalls()).toEqual(['find', 'touch'])
    expect(vi.getTimerCount()).toBe(1)
  })

  test('ask once too when their tokens, of several generations, have been rotated away', async () => {
    const stage = await setUp()
    const { ada, pass, begin, takeCalls } = stage
    const watches: Watch<TestData>[] = []
    for (let generation = 0; generation < 5; generation++) {
      watches.push(await begin(), await begin())
      for (let n = 0; n < 18; n++) {
        await pass(minute)
        await ada.request()
      }
    }
    await pass(minute)
    takeCalls()
    await pass(minute)
    expect(takeCalls()).toEqual(['find'])
    for (let heard = 0; heard < 3; heard++)
      expect(await Promise.all(watches.map((watch) => watch.keepAlive()))).not.toContain(false)
    expect(takeCalls()).toEqual(['find'])
    expect(vi.getTimerCount()).toBe(1)
    await pass(1) // the tombstone then outlives the next look
    await stage.other.revoke(watches[0]?.session.id ?? '')
    await pass(minute - 1)
    expect(await Promise.all(watches.map(endOf))).toEqual(watches.map(() => 'revoked'))
  })

  test('of a newer token keep the session alive, though those of the old one do not', async () => {
    const { ada, pass, begin } = await setUp()
    const old = await begin()
    for (let n = 0; n < 17; n++) {
      await pass(minute)
      await ada.request()
    }
    const young = await begin()
    for (let n = 0; n < 60; n++) {
      await pass(minute)
      expect([await old.keepAlive(), await young.keepAlive()]).toEqual([true, true])
    }
    young.close()
    for (let n = 0; n < 32; n++) {
      await pass(minute)
      await old.keepAlive()
    }
    expect([await endOf(old), await endOf(young)]).toEqual(['gone', 'alive'])
  })

  test('go on when one of them is closed, the first or the last', async () => {
    const { begin, pass, other, takeCalls } = await setUp()
    const watches = [await begin(), await begin(), await begin()]
    const [first, middle, last] = watches
    for (const closed of [first, last]) {
      closed?.close()
      takeCalls()
      await pass(minute)
      expect(takeCalls()).toEqual(['find'])
      expect(await middle?.keepAlive()).toBe(true)
    }
    await pass(1)
    await other.revoke(middle?.session.id ?? '')
    await pass(minute - 1)
    expect(await Promise.all(watches.map(endOf))).toEqual(['alive', 'revoked', 'alive'])
    expect(vi.getTimerCount()).toBe(0)
  })

  test('all learn of an error of the store, from one call', async () => {
    const { begin, pass, fail, takeCalls } = await setUp()
    const watches = [await begin(), await begin(), await begin()]
    fail('find')
    await pass(minute)
    takeCalls()
    const heard = await Promise.allSettled(watches.map((watch) => watch.keepAlive()))
    expect(heard).toEqual(
      watches.map(() => ({
        status: 'rejected',
        reason: expect.objectContaining({ code: 'ERR_STORE_UNAVAILABLE' }),
      })),
    )
    expect(takeCalls()).toEqual(['find'])
    expect(await Promise.all(watches.map(endOf))).toEqual(['alive', 'alive', 'alive'])
  })

  test('of two sessions of a user have nothing to do with one another', async () => {
    const { manager, begin, pass } = await setUp()
    const phone = createVisitor(manager)
    await phone.request((session) => session.login('ada'))
    const [mine, theirs] = [await begin(), await manager.watch({ cookie: phone.cookie })]
    await manager.revoke(theirs.session.id)
    await pass(minute)
    expect([await endOf(mine), await endOf(theirs)]).toEqual(['alive', 'revoked'])
    expect(await mine.keepAlive()).toBe(true)
  })
})

type End = (session: Session<TestData>) => unknown

describe('the end of a watched session', () => {
  test.each<[string, string, End]>([
    ['a logout', 'logout', (session) => session.destroy()],
    ['the login of another', 'login', (session) => session.login('bob')],
    ['a re-authentication', 'stale', (session) => session.login('ada')],
    ['a rotation by cause', 'stale', (session) => session.rotate()],
  ])('by %s is told at once here, and within one interval elsewhere', async (_title, why, act) => {
    const { manager, other, ada, pass } = await setUp()
    const headers = { cookie: ada.cookie }
    const [near, far] = [await manager.watch(headers), await other.watch(headers)]
    await pass(1) // the tombstone then outlives the next look of the other server
    await ada.request(act)
    expect([await endOf(near), await endOf(far)]).toEqual([why, 'alive'])
    await pass(minute - 1)
    expect(await endOf(far)).toBe(why)
    expect([await near.keepAlive(), await far.keepAlive()]).toEqual([false, false])
  })

  test('by revoke, by revokeAll and by a limit is told at once; what was excepted lives on', async () => {
    const { manager, begin, ada } = await setUp({})
    const [first, second] = [await begin(), await begin()]
    await manager.revoke(first.session.id)
    expect([await endOf(first), await endOf(second)]).toEqual(['revoked', 'revoked'])
    const [phone, laptop] = [createVisitor(manager), createVisitor(manager)]
    for (const device of [phone, laptop]) await device.request((session) => session.login('ada'))
    const watches = await Promise.all(
      [phone, laptop].map(({ cookie }) => manager.watch({ cookie })),
    )
    const [gone, kept] = watches
    expect(await manager.revokeAll('ada', kept ? { except: kept.session.id } : {})).toBe(1)
    expect(await Promise.all(watches.map(endOf))).toEqual(['revoked', 'alive'])
    expect([await gone?.keepAlive(), await kept?.keepAlive()]).toEqual([false, true])
    expect(ada.cookie).toBeDefined()
  })

  test.each<[string, (stage: Awaited<ReturnType<typeof setUp>>, id: string) => Promise<unknown>]>([
    ['revoke', ({ manager }, id) => manager.revoke(id)],
    ['revokeAll', ({ manager }) => manager.revokeAll('ada')],
  ])('by %s while the watch begins is not missed', async (_title, end) => {
    const stage = await setUp()
    const [info] = await stage.manager.sessions('ada')
    stage.afterFind(() => end(stage, info?.id ?? ''))
    const watch = await stage.begin()
    expect(watch.session.userId).toBe('ada')
    expect(await endOf(watch)).toBe('revoked')
  })

  test('is not undone by a touch that comes after it (P1)', async () => {
    const { manager, other, begin, pass, afterFind } = await setUp()
    const watch = await begin()
    await pass(minute)
    afterFind(() => other.revoke(watch.session.id))
    expect(await watch.keepAlive()).toBe(false)
    expect(await endOf(watch)).toBe('gone')
    expect(await manager.sessions('ada')).toEqual([])
  })
})

describe('a store in trouble', () => {
  test('is an error, not an end; the next interval asks again', async () => {
    const { begin, pass, fail, takeCalls } = await setUp()
    const watch = await begin()
    const outage = fail('find')
    await pass(minute)
    takeCalls()
    await expect(watch.keepAlive()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(await watch.keepAlive()).toBe(true)
    expect([await endOf(watch), takeCalls().length]).toEqual(['alive', 1])
    outage.stop()
    await pass(minute)
    takeCalls()
    expect([await watch.keepAlive(), takeCalls()]).toEqual([true, ['find', 'touch']])
  })

  test('refuses to begin, also where a request would get a stand-in', async () => {
    const { begin, fail } = await setUp({ onStoreError: 'anonymous' })
    fail('find')
    await expect(begin()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a store that keeps nothing', () => {
  test('is watched by the limits of the token alone', async () => {
    const { begin, pass } = await setUp({ store: longTokenStore() })
    const watch = await begin()
    await pass(20 * minute)
    expect([await watch.keepAlive(), await endOf(watch)]).toEqual([true, 'alive'])
    await pass(11 * minute)
    expect([await endOf(watch), await watch.keepAlive()]).toEqual(['gone', false])
  })
})
