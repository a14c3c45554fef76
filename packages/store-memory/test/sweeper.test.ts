import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { memoryBackend } from '@sojourn/store-memory'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Groups } from '../src/groups.ts'
import { createRowTable } from '../src/row-table.ts'
import { callAt, makeRow, storedRow, t0 } from './support.ts'

const run = promisify(execFile)

describe('by a clock that the test moves', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('100,000 expired rows leave within a minute without being read, and then the timer stops', async () => {
    const groups = new Groups()
    const table = createRowTable({ max: 200_000, onDisplaced: () => undefined }, groups)
    for (let index = 0; index < 100_000; index++)
      table.set(`g${index}.a`, storedRow({ expiresAt: t0 + 1_000 }), t0)
    vi.advanceTimersByTime(2_000)
    expect(groups.size).toBeGreaterThan(90_000)
    vi.advanceTimersByTime(60_000)
    expect(groups.size).toBe(0)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('expired rows leave also where so many others are read that the map is always in motion', () => {
    const groups = new Groups()
    const table = createRowTable({ max: 100_000, onDisplaced: () => undefined }, groups)
    const row = storedRow()
    for (let index = 0; index < 3_000; index++) table.set(`busy.${index}`, row, t0)
    table.set('idle.a', storedRow({ expiresAt: t0 + 5_000 }), t0)
    for (let second = 0; second < 60; second++) {
      for (let index = 0; index < 3_000; index++) table.markUsed(`busy.${index}`)
      vi.advanceTimersByTime(1_000)
    }
    expect(groups.of('idle')).toEqual([])
    expect(groups.of('busy').length).toBe(3_000)
  })

  test('live rows stay while expired ones leave', () => {
    const groups = new Groups()
    const table = createRowTable({ max: 10, onDisplaced: () => undefined }, groups)
    table.set('g.a', storedRow({ expiresAt: t0 + 1_500 }), t0)
    table.set('h.b', storedRow({ expiresAt: t0 + 2 ** 40 }), t0)
    vi.advanceTimersByTime(10_000)
    expect([groups.of('g'), groups.of('h')]).toEqual([[], ['h.b']])
    expect(vi.getTimerCount()).toBe(1)
  })

  test('a row is gone a minute after its time to live, also where the clock was set back meanwhile', async () => {
    const backend = memoryBackend()
    const ahead = 60 * 60_000
    const life = { touchedAt: t0 + ahead, expiresAt: t0 + ahead + 60_000 }
    await backend.insert('g.a', makeRow(life), callAt(t0 + ahead))
    await backend.insert('h.b', makeRow({ expiresAt: t0 + ahead }), callAt(t0))
    vi.advanceTimersByTime(119_000)
    expect(await backend.find('g.a', callAt(t0))).not.toBeNull()
    vi.advanceTimersByTime(1_000)
    expect(await backend.find('g.a', callAt(t0))).toBeNull()
    expect(await backend.list('g', callAt(t0))).toEqual([])
  })

  test('tombstones leave too, and then the timer stops', async () => {
    const backend = memoryBackend()
    await backend.remove('g.a', { ...callAt(), reason: 'logout' })
    vi.advanceTimersByTime(59_000)
    expect(await backend.find('g.a', callAt())).not.toBeNull()
    vi.advanceTimersByTime(2_000)
    expect(await backend.find('g.a', callAt())).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('there is no timer before there is something to sweep, and none after close', async () => {
    const backend = memoryBackend()
    expect(vi.getTimerCount()).toBe(0)
    await backend.insert('g.a', makeRow(), callAt())
    expect(vi.getTimerCount()).toBe(1)
    await backend.close()
    expect(vi.getTimerCount()).toBe(0)
    expect(await backend.find('g.a', callAt())).toBeNull()
  })

  test('a clock that was set back ends nobody early', async () => {
    const backend = memoryBackend()
    await backend.insert('g.a', makeRow({ expiresAt: t0 + 5_000 }), callAt(t0))
    await backend.insert('g.b', makeRow({ expiresAt: t0 }), callAt(t0 - 3_600_000))
    vi.advanceTimersByTime(10_000)
    expect(await backend.find('g.a', callAt(t0 - 3_590_000))).not.toBeNull()
  })
})

test('an expired row leaves in real time without being read', async () => {
  const groups = new Groups()
  const table = createRowTable({ max: 10, onDisplaced: () => undefined }, groups)
  table.set('g.a', storedRow({ expiresAt: t0 + 1 }), t0)
  await vi.waitFor(() => expect(groups.size).toBe(0), { timeout: 60_000, interval: 50 })
})

test('a process that holds sessions ends by itself', async () => {
  const program = fileURLToPath(new URL('./programs/ends-by-itself.ts', import.meta.url))
  const conditions = ['--import=tsx', '--conditions=@sojourn/source']
  const { stdout } = await run(process.execPath, [...conditions, program], {
    cwd: import.meta.dirname,
    timeout: 60_000,
  })
  expect(stdout).toBe('one session is kept\n')
})
