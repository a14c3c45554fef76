import { SessionUsageError } from '@sojourn/core'
import { memoryBackend, memoryStore } from '@sojourn/store-memory'
import { describe, expect, test } from 'vitest'
import { callAt, liveIds, makeRow, t0 } from './support.ts'

test('ten thousand inserts keep the latest thousand, and tell of each of the others', async () => {
  let displaced = 0
  const backend = memoryBackend({ max: 1_000, onDisplaced: () => displaced++ })
  for (let index = 0; index < 10_000; index++)
    await backend.insert(`g${index}.a`, makeRow(), callAt())
  const ids = await liveIds(backend)
  expect(ids.length).toBe(1_000)
  expect([ids[0], ids.at(-1)]).toEqual(['g9000.a', 'g9999.a'])
  expect(displaced).toBe(9_000)
  await backend.close()
})

test('100,000 sessions that end leave no more tombstones than sessions may live', async () => {
  const backend = memoryBackend({ max: 1_000 })
  for (let index = 0; index < 100_000; index++)
    await backend.remove(`g${index}.a`, { ...callAt(), reason: 'logout' })
  expect(await backend.find('g98999.a', callAt())).toBeNull()
  expect(await backend.find('g99000.a', callAt())).toEqual({ ended: 'logout', at: t0 })
})

test('the session used longest ago is displaced first; reading, touching and replacing are use', async () => {
  const displaced: string[] = []
  const backend = memoryBackend({ max: 4, onDisplaced: (id) => displaced.push(id) })
  const row = makeRow()
  for (const id of ['g.a', 'g.b', 'g.c', 'g.d']) await backend.insert(id, row, callAt())
  await backend.find('g.a', callAt())
  await backend.touch('g.b', row, { ...callAt(), expected: row })
  await backend.replace('g.c', row, { ...callAt(), expected: row.version })
  for (const id of ['h.a', 'h.b', 'h.c']) await backend.insert(id, row, callAt())
  expect(displaced).toEqual(['g.d', 'g.a', 'g.b'])
})

test('a displaced session is in no list, and leaves no tombstone', async () => {
  const backend = memoryBackend({ max: 1 })
  await backend.insert('g.a', makeRow(), callAt())
  await backend.insert('g.b', makeRow(), callAt())
  expect(await backend.find('g.a', callAt())).toBeNull()
  expect((await backend.list('g', callAt())).map(({ id }) => id)).toEqual(['g.b'])
})

test('an expired session goes before a live one that was used longer ago', async () => {
  const displaced: string[] = []
  const backend = memoryBackend({ max: 3, onDisplaced: (id) => displaced.push(id) })
  await backend.insert('g.old', makeRow(), callAt())
  await backend.insert('g.short', makeRow({ expiresAt: t0 + 10 }), callAt())
  await backend.insert('g.new', makeRow(), callAt())
  await backend.insert('g.newer', makeRow(), callAt(t0 + 10))
  expect(displaced).toEqual([])
  expect(await liveIds(backend)).toEqual(['g.old', 'g.new', 'g.newer'])
})

test('a memory without a bound keeps all, and says so; one with a bound says that it does not', async () => {
  const displaced: string[] = []
  const unbounded = {
    max: Number.POSITIVE_INFINITY,
    onDisplaced: (id: string) => displaced.push(id),
  }
  const backend = memoryBackend(unbounded)
  expect(backend.supports.retention).toBe(true)
  for (let n = 0; n < 100_010; n++) await backend.insert(`g${n}.a`, makeRow(), callAt())
  expect(await backend.find('g0.a', callAt())).not.toBeNull()
  expect(displaced).toEqual([])
  await backend.close()
  for (const max of [1, 100_000, undefined])
    expect(memoryBackend(max === undefined ? {} : { max }).supports.retention).toBe(false)
})

describe.each([0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, 2 ** 60])('max %d', (max) => {
  test.each([memoryBackend, memoryStore])('is refused at once by %o, with what to do', (make) => {
    expect(() => make({ max })).toThrow(SessionUsageError)
    expect(() => make({ max })).toThrow("Give 'max' as a positive integer")
  })
})

test.each([memoryBackend, memoryStore])('an option that %o does not know is refused', (make) => {
  const options = { maximum: 5 } as object
  expect(() => make(options)).toThrow(SessionUsageError)
  expect(() => make(options)).toThrow('has no option maximum. Its options are max,')
})
