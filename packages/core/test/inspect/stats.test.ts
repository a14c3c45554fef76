import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { rowOf, testBackend, testManager } from '../support.ts'

const minute = 60_000

/** A manager with three sessions of two users and one of a visitor, each a minute younger than the one before. */
async function populated() {
  const over = testBackend({ scans: true })
  const made = testManager({}, over)
  const started = made.clock.now
  const scans = vi.spyOn(over.backend, 'scan')
  for (const [userId, role] of [
    ['ada', 'admin'],
    ['ada', 'admin'],
    ['bob', 'customer'],
    [undefined, undefined],
  ]) {
    await createVisitor(made.manager).request(async (session) => {
      if (userId) await session.login(userId)
      session.data['role'] = role
    })
    made.clock.now += minute
  }
  scans.mockClear()
  return { ...made, started, scans }
}

const by = { role: ({ data }: { data: Record<string, unknown> }) => data['role'] as string }

describe('stats()', () => {
  test('counts sessions, users and what the application names', async () => {
    const { manager, started, clock } = await populated()
    expect(await manager.stats({ by })).toMatchObject({
      at: clock.now,
      sessions: 4,
      loggedIn: 3,
      anonymous: 1,
      users: 2,
      bound: 0,
      oldestAt: started,
      newestAt: started + 3 * minute,
      meanAgeMs: 2.5 * minute,
      unreadable: 0,
      by: { role: { counts: { admin: 2, customer: 1 }, missing: 1, other: 0 } },
    })
  })

  test('of no sessions has no times', async () => {
    const { manager } = testManager({}, testBackend({ scans: true }))
    expect(await manager.stats()).toMatchObject({
      sessions: 0,
      users: 0,
      oldestAt: undefined,
      newestAt: undefined,
      meanAgeMs: undefined,
      by: {},
    })
  })

  test('decodes no data unless a function reads it, and counts what it cannot decode', async () => {
    const { manager, rows } = await populated()
    const [id = ''] = [...rows.keys()]
    rows.set(id, { ...rowOf(rows, id), value: rowOf(rows, id).value.subarray(0, -2) })
    expect(await manager.stats({ by: { user: ({ userId }) => userId } })).toMatchObject({
      sessions: 4,
      unreadable: 0,
      by: { user: { counts: { ada: 2, bob: 1 } } },
    })
    expect(await manager.stats({ by })).toMatchObject({ sessions: 3, unreadable: 1 })
  })

  test('tells a thousand keys apart, hostile ones too', async () => {
    const { manager } = await populated()
    let n = 0
    const { many, hostile } = (
      await manager.stats({
        by: { many: () => n++, hostile: () => '__proto__' },
      })
    ).by
    expect(Object.keys(many.counts)).toHaveLength(4)
    expect(JSON.parse(JSON.stringify(hostile))).toEqual(
      JSON.parse('{ "counts": { "__proto__": 4 }, "missing": 0, "other": 0 }'),
    )
    expect(Object.getPrototypeOf(hostile.counts)).toBe(null)
  })

  test('ends with what a function throws, and the next call scans again', async () => {
    const { manager } = await populated()
    const failing = () => {
      throw new TypeError('no such key')
    }
    await expect(manager.stats({ by: { role: failing } })).rejects.toThrow('no such key')
    expect((await manager.stats({ by })).sessions).toBe(4)
  })

  test('refuses wrong options', async () => {
    const { manager } = await populated()
    await expect(manager.stats({ maxAge: 0 })).rejects.toThrow('maxAge is 0')
    await expect(manager.stats({ by: { role: 'role' } } as object)).rejects.toThrow(
      "by.role is 'role'",
    )
    await expect(manager.stats({ max: 1 } as object)).rejects.toThrow('has no option max')
  })
})

describe('the summary', () => {
  test('is kept for maxAge, under the names that are counted', async () => {
    const { manager, clock, scans } = await populated()
    const first = await manager.stats()
    clock.now += 29_999
    expect(await manager.stats()).toEqual(first)
    expect(scans).toHaveBeenCalledTimes(1)
    await manager.stats({ by })
    expect(scans).toHaveBeenCalledTimes(2)
    await manager.stats({ by: { ...by } })
    expect(scans).toHaveBeenCalledTimes(2)
    clock.now += 1
    await manager.stats()
    expect(scans).toHaveBeenCalledTimes(3)
    await manager.stats({ maxAge: '1h' })
    expect(scans).toHaveBeenCalledTimes(3)
  })

  test('is not taken for fresh when the clock was set back', async () => {
    const { manager, clock, scans } = await populated()
    await manager.stats()
    clock.now -= minute
    await manager.stats()
    expect(scans).toHaveBeenCalledTimes(2)
  })

  test('is made once for parallel callers, who all hear of its progress', async () => {
    const { manager, scans } = await populated()
    const progress = [vi.fn(), vi.fn()]
    const [one, two] = await Promise.all(
      progress.map((onProgress) => manager.stats({ onProgress })),
    )
    expect(one).toEqual(two)
    expect(scans).toHaveBeenCalledTimes(1)
    for (const each of progress)
      expect(each).toHaveBeenCalledWith({ scanned: 0, expected: undefined })
  })

  test('can be had while a scan makes the next one', async () => {
    const { manager, clock, scans } = await populated()
    await manager.stats()
    await createVisitor(manager).request((session) => session.login('cay'))
    clock.now += minute
    const expected = vi.fn()
    expect((await manager.stats({ allowStale: true, onProgress: expected })).sessions).toBe(4)
    expect(expected).toHaveBeenCalledWith({ scanned: 0, expected: 4 })
    expect((await manager.stats({ maxAge: 1 })).sessions).toBe(5)
    expect(scans).toHaveBeenCalledTimes(2)
  })

  test('stays when a scan fails, and an error of a listener harms nobody', async () => {
    const warn = vi.fn()
    const over = testBackend({ scans: true })
    const { manager, clock } = testManager({ warn }, over)
    const onProgress = () => {
      throw new Error('a progress bar without a terminal')
    }
    expect((await manager.stats({ onProgress })).sessions).toBe(0)
    expect(warn).toHaveBeenCalledOnce()
    clock.now += minute
    over.backend.scan = () => ({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('ECONNREFUSED')) }),
    })
    expect((await manager.stats({ allowStale: true })).sessions).toBe(0)
    await expect(manager.stats()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  })

  test('is given up when the manager closes', async () => {
    const { manager } = await populated()
    const running = manager.stats()
    await manager.close()
    await expect(running).rejects.toThrow(/abort/i)
  })
})

describe('activity', () => {
  test('is what this server has created and ended, whether or not the summary is new', async () => {
    const { manager, clock } = await populated()
    const before = (await manager.stats()).activity
    expect(before.minutes).toHaveLength(60)
    expect(before.minutes.at(-1)).toEqual({
      at: Math.floor(clock.now / minute) * minute,
      created: 0,
      ended: 0,
    })
    const [visitor, other] = [createVisitor(manager), createVisitor(manager)]
    await visitor.request((session) => session.login('cay'))
    await other.request((session) => session.login('cay'))
    await other.request((session) => session.destroy())
    const { activity } = await manager.stats()
    expect(activity.minutes.at(-1)).toMatchObject({ created: 2, ended: 1 })
    expect(activity.endedPerMinute).toBe(1)
    clock.now += minute / 2
    expect((await manager.stats()).activity.createdPerMinute).toBeGreaterThanOrEqual(1)
    clock.now += 2 * minute
    expect((await manager.stats()).activity).toMatchObject({
      createdPerMinute: 0,
      endedPerMinute: 0,
    })
  })

  test('of a minute an hour ago is forgotten', async () => {
    const { manager, clock } = await populated()
    clock.now += 61 * minute
    const { minutes } = (await manager.stats()).activity
    expect(minutes.every(({ created }) => created === 0)).toBe(true)
  })
})
