import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import { day, hour, minute } from '../contexts.ts'
import { rowOf, type TestBackend, testBackend, testManager } from '../support.ts'

/** A user who was logged in or seen under a clock that was ahead, which is right again now. */
async function correctedBy(ahead: number, { over = testBackend(), wasLoggedIn = true } = {}) {
  const warn = vi.fn<(message: string) => void>()
  const options = { maxAge: 2 * hour, absoluteTimeout: 8 * hour, warn } as const
  const made = testManager(options, over)
  const { manager, clock } = made
  const visitor = createVisitor(manager)
  if (!wasLoggedIn) await visitor.request((session) => session.login('ada'))
  clock.now += ahead
  await visitor.request((session) => (wasLoggedIn ? session.login('ada') : undefined))
  clock.now -= ahead
  made.calls.length = 0
  return { ...made, visitor, warn, isOpen: async () => (await visitor.read()) !== null }
}

/** A backend that tells its own time. */
function tellingTime(now: () => number): TestBackend {
  const over = testBackend()
  return { ...over, backend: { ...over.backend, now: async () => now() } satisfies SessionBackend }
}

describe('a session used under a clock that is ahead', () => {
  test.each([2, 60, 119, 180, 24 * 60])(
    'by %i minutes lives 121 minutes after the correction, polled or not',
    async (minutes) => {
      for (const every of [1, 121]) {
        const { clock, isOpen } = await correctedBy(minutes * minute, { wasLoggedIn: false })
        for (let passed = 0; passed < 121; passed += every) {
          expect(await isOpen(), `${passed} minutes later`).toBe(true)
          clock.now += every * minute
        }
        expect(await isOpen(), `121 minutes later, looked at every ${every}`).toBe(false)
      }
    },
  )

  test('is corrected by whatever reads it first, and by nothing after that', async () => {
    const looks = {
      load: async ({ visitor }) => void (await visitor.read()),
      read: async ({ manager, visitor }) => void (await manager.read({ cookie: visitor.cookie })),
      watch: async ({ manager, visitor }) =>
        (await manager.watch({ cookie: visitor.cookie })).close(),
    } satisfies Record<string, (made: Awaited<ReturnType<typeof correctedBy>>) => Promise<void>>
    for (const look of Object.values(looks)) {
      const made = await correctedBy(hour)
      await look(made)
      expect(made.calls).toEqual(['find', 'replace'])
      made.calls.length = 0
      await look(made)
      expect(made.calls).toEqual(['find'])
      made.clock.now += 122 * minute
      expect(await made.isOpen()).toBe(false)
    }
  })

  test('keeps its absolute limit, counted from the login, and the next login has one as long', async () => {
    const { clock, visitor, isOpen } = await correctedBy(day)
    const end = clock.now + 8 * hour
    for (; clock.now < end; clock.now += 30 * minute) await visitor.request()
    expect(await isOpen()).toBe(false)
    const again = await correctedBy(day)
    await again.visitor.request()
    again.clock.now += hour
    const info = await again.visitor.request(async (session) => {
      await session.login('ada')
      return session.info
    })
    expect(info?.absoluteExpiresAt).toBe(again.clock.now + 8 * hour)
  })

  test('by a minute is not corrected', async () => {
    const { calls, isOpen, warn } = await correctedBy(minute)
    expect([await isOpen(), calls]).toEqual([true, ['find']])
    expect(warn).not.toHaveBeenCalled()
  })

  test('is over if its absolute limit was, by the clock that was ahead', async () => {
    const { visitor, clock, rows, id } = await correctedBy(day).then(async (made) => {
      const { session } = await made.visitor.begin()
      return { ...made, id: session.id }
    })
    const row = rowOf(rows, id)
    rows.set(id, { ...row, touchedAt: clock.now + 9 * day, expiresAt: clock.now + 10 * day })
    clock.now += 8 * hour
    expect(await visitor.read()).toBe(null)
    clock.now += 9 * day - 8 * hour
    expect(await visitor.read()).toBe(null)
  })

  test('is corrected once by parallel requests, which all open it and keep their changes', async () => {
    const { visitor, calls, warn, rows, isOpen } = await correctedBy(hour)
    const requests = await Promise.all([1, 2, 3, 4].map(() => visitor.begin()))
    for (const [n, { session }] of requests.entries()) session.data[`key${n}`] = n
    await Promise.all(requests.map(({ finish }) => finish()))
    expect((await visitor.read())?.data).toEqual({ key0: 0, key1: 1, key2: 2, key3: 3 })
    expect(calls.filter((call) => call === 'find')).toHaveLength(5)
    expect([rows.size, await isOpen()]).toEqual([1, true])
    expect(warn).toHaveBeenCalledOnce()
    expect(warn).toHaveBeenCalledWith(expect.stringMatching(/times of the future.*NTP/s))
  })

  test('opens where it cannot be written, and is corrected later', async () => {
    const { visitor, fail, isOpen, clock } = await correctedBy(hour)
    const outage = fail('replace')
    expect((await visitor.read())?.userId).toBe('ada')
    await visitor.request((session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
    outage.stop()
    expect(await isOpen()).toBe(true)
    clock.now += 122 * minute
    expect(await isOpen()).toBe(false)
  })
})

describe('a server whose clock is behind', () => {
  /** A session used just now under the right clock, and a server over the same rows whose clock is a day behind. */
  async function setUp(tellsTime: boolean) {
    const right = { now: 0 }
    const over = tellsTime ? tellingTime(() => right.now) : testBackend()
    const secretKey = new Uint8Array(32).map((_, n) => n * 7)
    const options = { secretKey, maxAge: 2 * hour, absoluteTimeout: 8 * hour } as const
    const [honest, behind] = [testManager(options, over), testManager(options, over)]
    const visitor = createVisitor(honest.manager)
    const advance = (ms: number) => {
      right.now = honest.clock.now += ms
      behind.clock.now = right.now - day
    }
    advance(0)
    await visitor.request((session) => session.login('ada'))
    advance(10 * minute)
    const onBehind = visitor.at(behind.manager)
    over.calls.length = 0
    return { ...over, visitor, onBehind, advance }
  }

  test('ends no session of others if the database tells its time, whatever it reads and writes', async () => {
    const { visitor, onBehind, advance, calls, rows } = await setUp(true)
    expect((await onBehind.read())?.userId).toBe('ada')
    expect(calls).toEqual(['find'])
    const before = [...rows.values()]
    await onBehind.request()
    expect([...rows.values()]).toEqual(before)
    await onBehind.request((session) => {
      session.data['n'] = 1
    })
    advance(110 * minute)
    expect(await visitor.read()).toEqual({ userId: 'ada', data: { n: 1 } })
    await visitor.request((session) => session.requireUser())
    advance(121 * minute)
    expect([await visitor.read(), await onBehind.read()]).toEqual([null, null])
  })

  test('counts what it cannot date as idle since, if the database does not tell its time', async () => {
    const { visitor, onBehind, advance } = await setUp(false)
    expect((await onBehind.read())?.userId).toBe('ada')
    expect(await visitor.read()).toBe(null)
    expect((await onBehind.read())?.userId).toBe('ada')
    advance(122 * minute)
    expect(await onBehind.read()).toBe(null)
  })

  test('gives no session a longer time to live in the database', async () => {
    const { onBehind, backend, rows } = await setUp(true)
    const replace = vi.spyOn(backend, 'replace')
    await onBehind.request((session) => {
      session.data['n'] = 1
    })
    const [, row, call] = replace.mock.lastCall ?? []
    expect(rows.size).toBe(1)
    expect((row?.expiresAt ?? 0) - (call?.at ?? 0)).toBe(121 * minute)
  })

  test('believes itself where the database fails to tell its time, or tells an absurd one', async () => {
    const failures = [
      async () => Promise.reject(new Error('NOPERM')),
      async () => Number.NaN,
      async () => 1_000,
      async () => Date.UTC(2100, 0, 1),
    ]
    for (const now of failures) {
      const over = testBackend()
      const { isOpen, calls } = await correctedBy(hour, {
        over: { ...over, backend: { ...over.backend, now } },
      })
      expect([await isOpen(), calls]).toEqual([true, ['find', 'replace']])
    }
  })
})
