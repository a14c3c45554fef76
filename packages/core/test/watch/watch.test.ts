import { randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { devConfig } from '../../src/options/presets.ts'
import type { Session } from '../../src/session/session.ts'
import type { SessionBackend } from '../../src/store/backend.ts'
import type { Watch } from '../../src/watch/watch.ts'
import { longTokenStore } from '../long-token-store.ts'
import { browser, counted, mapBackend, type TestData, visit } from '../support.ts'

const minute = 60_000
const secret = randomBytes(32)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Two servers of one fleet, a browser that is logged in, and a clock that the timers follow. */
async function setUp(given: Partial<ConfigOptions> = {}) {
  const counting = counted(mapBackend())
  const gate: { around: ((operation: string, answer: unknown) => Promise<void>) | undefined } = {
    around: undefined,
  }
  const backend = new Proxy(counting.backend, {
    get(target, key: keyof SessionBackend) {
      const member = target[key]
      if (typeof member !== 'function') return member
      return async (...args: never[]) => {
        const answer = await Reflect.apply(member, target, args)
        await gate.around?.(key, answer)
        return answer
      }
    },
  })
  const clock = { now: Date.UTC(2026, 10, 21) }
  const times = { maxAge: '30m', touchInterval: '1m', clock: () => clock.now } as const
  const connect = () =>
    createSessionManager<TestData>(
      devConfig(secret, { store: keyedStore(backend), ...times, ...given }),
    )
  const [manager, other] = [connect(), connect()]
  const ada = browser()
  await visit(manager, ada, (session) => session.login('ada'))
  counting.calls.length = 0
  const pass = async (ms: number) => {
    clock.now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  const { calls } = counting
  const took = () => calls.splice(0)
  const begin = () => manager.watch({ cookie: ada.jar.cookie })
  return { manager, other, ada, pass, took, begin, clock, gate }
}

/** What a watch has said of its end so far. */
async function endOf(watch: Watch<TestData>): Promise<string> {
  return Promise.race([watch.ended, new Promise<string>((tell) => setImmediate(tell, 'alive'))])
}

describe('a watch', () => {
  test('begins with one look at the session, which is read-only', async () => {
    const { begin, took } = await setUp()
    const { session } = await begin()
    expect([session.userId, session.isReadOnly, took()]).toEqual(['ada', true, ['find']])
    expect(() => session.rotate()).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_READ_ONLY' }),
    )
  })

  test('of no session is over from the start, and asks the store nothing', async () => {
    const { manager, took } = await setUp()
    for (const headers of [{}, { cookie: 'sid=rubbish' }]) {
      const watch = await manager.watch(headers)
      expect([await watch.ended, await watch.keepAlive()]).toEqual(['gone', false])
    }
    expect([took(), vi.getTimerCount()]).toEqual([[], 0])
  })

  test('of a session that has ended says why', async () => {
    const { manager, ada, begin } = await setUp()
    const { cookie } = ada.jar
    await visit(manager, ada, (session) => session.destroy())
    ada.jar.cookie = cookie
    expect(await (await begin()).ended).toBe('logout')
  })

  test('notes use at most once per touch interval, whatever the number of messages', async () => {
    const { begin, pass, took } = await setUp()
    const watch = await begin()
    took()
    for (let n = 0; n < 100; n++) expect(await watch.keepAlive()).toBe(true)
    expect(took()).toEqual([])
    await pass(minute - 1)
    expect(await watch.keepAlive()).toBe(true)
    expect(took()).toEqual([])
    await pass(1)
    took()
    await Promise.all(Array.from({ length: 100 }, () => watch.keepAlive()))
    expect(took()).toEqual(['find', 'touch'])
  })

  test('of a fleet touches once per interval, requests included', async () => {
    const { manager, other, ada, pass, gate } = await setUp()
    const headers = { cookie: ada.jar.cookie }
    const watches = await Promise.all(
      [manager, other, manager, other].map((server) => server.watch(headers)),
    )
    const outcomes: unknown[] = []
    gate.around = async (operation, answer) => {
      if (operation === 'touch') outcomes.push(answer)
    }
    for (let n = 1; n <= 9; n++) {
      await pass(minute)
      const heard = [...watches, ...watches].map((watch) => watch.keepAlive())
      await Promise.all([...heard, visit(other, ada)])
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
    expect((await manager.read({ cookie: ada.jar.cookie })).userId).toBe('ada')
    expect(await endOf(watch)).toBe('alive')
    await pass(minute)
    expect(await endOf(watch)).toBe('gone')
    expect(await watch.keepAlive()).toBe(false)
  })

  test('that is only open does not count as use', async () => {
    const { begin, pass, took } = await setUp()
    const watch = await begin()
    took()
    await pass(30 * minute)
    expect(took().every((call) => call === 'find')).toBe(true)
    await pass(2 * minute)
    expect(await endOf(watch)).toBe('gone')
  })

  test('ends at the absolute limit, however often it is used', async () => {
    const { begin, pass, took, clock } = await setUp({ absoluteTimeout: '50m' })
    const watch = await begin()
    for (let n = 1; n < 50; n++) {
      await pass(minute)
      expect(await watch.keepAlive()).toBe(true)
    }
    took()
    clock.now += minute
    expect([await watch.keepAlive(), await endOf(watch), took()]).toEqual([false, 'gone', []])
  })

  test('outlives the token that it began with, for a rotation by age ends nothing (P3)', async () => {
    const { manager, ada, begin, pass } = await setUp()
    const watch = await begin()
    const first = ada.jar.cookie
    for (let n = 0; n < 60; n++) {
      await pass(minute)
      await visit(manager, ada)
      expect(await watch.keepAlive()).toBe(true)
    }
    expect(ada.jar.cookie).not.toBe(first)
    expect(await endOf(watch)).toBe('alive')
  })

  test('rotates no token itself', async () => {
    const { manager, ada, begin, pass, took } = await setUp()
    const watch = await begin()
    for (let n = 0; n < 60; n++) {
      await pass(20_000)
      await watch.keepAlive()
    }
    expect(took()).not.toContain('replace')
    const { carrier } = await visit(manager, ada)
    expect(carrier.setCookies).toEqual([])
    await pass(minute)
    expect((await visit(manager, ada)).carrier.setCookies).toHaveLength(1)
  })

  test('that is closed asks no more, and tells no more', async () => {
    const { manager, ada, begin, pass, took } = await setUp()
    const watch = await begin()
    watch.close()
    took()
    expect([await watch.keepAlive(), vi.getTimerCount()]).toEqual([false, 0])
    await pass(10 * minute)
    await visit(manager, ada, (session) => session.destroy())
    expect(took()).not.toContain('touch')
    expect(await endOf(watch)).toBe('alive')
  })

  test('leaves no timer behind: neither its end nor the manager that closes', async () => {
    const { manager, begin } = await setUp()
    const [one] = [await begin(), await begin()]
    expect(vi.getTimerCount()).toBe(2)
    await manager.revoke(one.session.id)
    expect(vi.getTimerCount()).toBe(0)
    const { manager: another, begin: again } = await setUp()
    await again()
    await another.close()
    expect(vi.getTimerCount()).toBe(0)
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
    const headers = { cookie: ada.jar.cookie }
    const [near, far] = [await manager.watch(headers), await other.watch(headers)]
    await visit(manager, ada, act)
    expect([await endOf(near), await endOf(far)]).toEqual([why, 'alive'])
    await pass(minute)
    expect(await endOf(far)).toBe(why)
    expect([await near.keepAlive(), await far.keepAlive()]).toEqual([false, false])
  })

  test('by revoke, by revokeAll and by a limit is told at once; what was excepted lives on', async () => {
    const { manager, begin, ada } = await setUp({})
    const [first, second] = [await begin(), await begin()]
    await manager.revoke(first.session.id)
    expect([await endOf(first), await endOf(second)]).toEqual(['revoked', 'revoked'])
    const [phone, laptop] = [browser(), browser()]
    for (const device of [phone, laptop])
      await visit(manager, device, (session) => session.login('ada'))
    const watches = await Promise.all(
      [phone, laptop].map(({ jar }) => manager.watch({ cookie: jar.cookie })),
    )
    const [gone, kept] = watches
    expect(await manager.revokeAll('ada', kept ? { except: kept.session.id } : {})).toBe(1)
    expect(await Promise.all(watches.map(endOf))).toEqual(['revoked', 'alive'])
    expect([await gone?.keepAlive(), await kept?.keepAlive()]).toEqual([false, true])
    expect(ada.jar.cookie).toBeDefined()
  })

  test.each<[string, (manager: Awaited<ReturnType<typeof setUp>>, id: string) => unknown]>([
    ['revoke', ({ manager }, id) => manager.revoke(id)],
    ['revokeAll', ({ manager }) => manager.revokeAll('ada')],
  ])('by %s while the watch begins is not missed', async (_title, end) => {
    const stage = await setUp()
    const [info] = await stage.manager.sessions('ada')
    stage.gate.around = async (operation) => {
      if (operation !== 'find') return
      stage.gate.around = undefined
      await end(stage, info?.id ?? '')
    }
    const watch = await stage.begin()
    expect(watch.session.userId).toBe('ada')
    expect(await endOf(watch)).toBe('revoked')
  })

  test('is not undone by a touch that comes after it (P1)', async () => {
    const { manager, other, begin, pass, gate } = await setUp()
    const watch = await begin()
    await pass(minute)
    gate.around = async (operation) => {
      if (operation !== 'find') return
      gate.around = undefined
      await other.revoke(watch.session.id)
    }
    expect(await watch.keepAlive()).toBe(false)
    expect(await endOf(watch)).toBe('gone')
    expect(await manager.sessions('ada')).toEqual([])
  })
})

describe('a store in trouble', () => {
  const down = async () => {
    throw new Error('ECONNREFUSED')
  }

  test('is an error, not an end; the next interval asks again', async () => {
    const { begin, pass, gate, took } = await setUp()
    const watch = await begin()
    gate.around = down
    await pass(minute)
    took()
    await expect(watch.keepAlive()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(await watch.keepAlive()).toBe(true)
    expect([await endOf(watch), took().length]).toEqual(['alive', 1])
    gate.around = undefined
    await pass(minute)
    took()
    expect([await watch.keepAlive(), took()]).toEqual([true, ['find', 'touch']])
  })

  test('refuses to begin, also where a request would get a stand-in', async () => {
    const { begin, gate } = await setUp({ onStoreError: 'anonymous' })
    gate.around = down
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
