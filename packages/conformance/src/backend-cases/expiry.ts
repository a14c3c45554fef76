import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { isGone, listsExactly, sameIds, scanned, stands } from '../backend-asserts.ts'
import {
  type BackendCase,
  callAt,
  ending,
  given,
  hour,
  makeRow,
  now,
  second,
  t0,
} from '../backend-fixture.ts'

const end = t0 + hour

/** Clause 5: a row at or past `expiresAt` is gone, judged by `at`. */
export const expiryCases: readonly BackendCase[] = [
  {
    id: 'B5.1',
    title: 'a row is found to its last millisecond, and not at its end',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      await stands(backend, 'g.a', { row, at: end - 1 })
      equal(await backend.find('g.a', callAt(end)), null)
      equal(await backend.find('g.a', callAt(end + 30 * 24 * hour)), null)
    },
  },
  {
    id: 'B5.2',
    title: 'a row is listed to its last millisecond, and not at its end',
    needs: ['list'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b', { expiresAt: end + second }]])
      await listsExactly(backend, 'g', { ids: ['g.a', 'g.b'], at: end - 1 })
      await listsExactly(backend, 'g', { ids: ['g.b'], at: end })
    },
  },
  {
    id: 'B5.3',
    title: 'a row is scanned to its last millisecond, and not at its end',
    needs: ['scan'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['h.b', { expiresAt: end + second }]])
      sameIds(await scanned(backend, end - 1), ['g.a', 'h.b'])
      sameIds(await scanned(backend, end), ['h.b'])
    },
  },
  {
    id: 'B5.4',
    title: 'a replace of an expired row answers gone and brings nothing back',
    async run({ backend }) {
      await given(backend, [['g.a']])
      const next = makeRow({ version: 'v2', expiresAt: end + hour })
      equal(await backend.replace('g.a', next, { ...callAt(end), expected: 'v1' }), 'gone')
      await isGone(backend, 'g.a', end)
    },
  },
  {
    id: 'B5.5',
    title: 'a touch of an expired row answers gone and brings nothing back',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      const times = { touchedAt: end, expiresAt: end + hour }
      equal(await backend.touch('g.a', times, { ...callAt(end), expected: row }), 'gone')
      await isGone(backend, 'g.a', end)
    },
  },
  {
    id: 'B5.6',
    title: 'a remove of an expired row answers null',
    async run({ backend }) {
      await given(backend, [['g.a']])
      equal(await backend.remove('g.a', ending(end)), null)
    },
  },
  {
    id: 'B5.7',
    title: 'an insert is free where a row has expired',
    async run({ backend }) {
      await given(backend, [['g.a']])
      const row = makeRow({ version: 'v2', expiresAt: end + hour })
      const outcome = await backend.insert('g.a', row, callAt(end))
      deepEqual(outcome, { inserted: true, evicted: [] })
      await stands(backend, 'g.a', { row, at: end })
    },
  },
  {
    id: 'B5.8',
    title: 'a touch moves the end: the row outlives the first and is gone at the second',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      const times = { touchedAt: t0 + 1, expiresAt: end + second }
      await backend.touch('g.a', times, { ...callAt(t0 + 1), expected: row })
      await stands(backend, 'g.a', { row: { ...row, ...times }, at: end })
      equal(await backend.find('g.a', callAt(end + second)), null)
    },
  },
  {
    id: 'B5.9',
    title: 'a replace moves the end: the row outlives the first and is gone at the second',
    async run({ backend }) {
      await given(backend, [['g.a']])
      const row = makeRow({ version: 'v2', expiresAt: end + second })
      await backend.replace('g.a', row, { ...now, expected: 'v1' })
      await stands(backend, 'g.a', { row, at: end })
      equal(await backend.find('g.a', callAt(end + second)), null)
    },
  },
]
