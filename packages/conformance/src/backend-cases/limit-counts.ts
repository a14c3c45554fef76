import type { GroupLimit } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { listsExactly, stands } from '../backend-asserts.ts'
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

const evict = (max: number): GroupLimit => ({ max, onExceed: 'evict' })
const refuse = (max: number): GroupLimit => ({ max, onExceed: 'refuse' })
const until = (expiresAt: number) => ({ expiresAt: t0 + expiresAt })
const needs = ['limit']

/** Clause 2: which rows count towards the limit, and which inserts make room. */
export const limitCountCases: readonly BackendCase[] = [
  {
    id: 'B2.30',
    title: 'expired rows are not counted',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a', until(second)], ['g.b', until(second)], ['g.c']])
      const call = { ...callAt(t0 + second), limit: refuse(2) }
      deepEqual(await backend.insert('g.d', makeRow(), call), { inserted: true, evicted: [] })
    },
  },
  {
    id: 'B2.31',
    title: 'ended sessions are not counted',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b'], ['g.c']])
      await backend.remove('g.a', ending(t0))
      await backend.remove('g.b', ending(t0))
      const outcome = await backend.insert('g.d', makeRow(), { ...now, limit: refuse(2) })
      deepEqual(outcome, { inserted: true, evicted: [] })
    },
  },
  {
    id: 'B2.32',
    title: 'other groups are neither counted nor evicted',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['h.a'], ['gg.a'], ['G.a']])
      const outcome = await backend.insert('g.b', makeRow(), { ...now, limit: evict(1) })
      deepEqual(outcome, { inserted: true, evicted: [] })
      for (const id of ['h.a', 'gg.a', 'G.a']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B2.33',
    title: 'an insert that is taken evicts nobody, also at the limit',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b']])
      const other = makeRow({ version: 'v2' })
      const outcome = await backend.insert('g.b', other, { ...now, limit: evict(1) })
      deepEqual(outcome, { inserted: false, why: 'taken' })
      for (const id of ['g.a', 'g.b']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B2.34',
    title: 'an insert sent twice at the limit evicts nobody the second time',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [
        ['g.a', until(hour)],
        ['g.b', until(9 * hour)],
      ])
      const insert = (limit: GroupLimit) => backend.insert('g.c', row, { ...now, limit })
      deepEqual(await insert(evict(2)), { inserted: true, evicted: ['g.a'] })
      deepEqual(await insert(evict(2)), { inserted: true, evicted: [] })
      deepEqual(await insert(refuse(1)), { inserted: true, evicted: [] })
      await stands(backend, 'g.c', { row })
    },
  },
  {
    id: 'B2.35',
    title: 'an insert sent again after a later version evicts nobody, also over the limit',
    needs: ['limit', 'list'],
    async run({ backend }) {
      const [first = makeRow()] = await given(backend, [['g.a'], ['g.b']])
      const later = makeRow({ version: 'v2', priorVersions: ['v1'] })
      await backend.replace('g.a', later, { ...now, expected: 'v1' })
      const outcome = await backend.insert('g.a', first, { ...now, limit: evict(1) })
      deepEqual(outcome, { inserted: true, evicted: [] })
      await listsExactly(backend, 'g', { ids: ['g.a', 'g.b'] })
    },
  },
]
