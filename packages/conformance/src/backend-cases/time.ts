import { equal } from 'node:assert/strict'
import { listsExactly, stands } from '../backend-asserts.ts'
import {
  type BackendCase,
  callAt,
  given,
  hour,
  makeRow,
  now,
  second,
  t0,
} from '../backend-fixture.ts'

const year = 365 * 24 * hour
const past = { touchedAt: t0 - hour, expiresAt: t0 - 1 }

/** Clause 5: an expiry that moves, one in the past, and one far in the future. */
export const timeCases: readonly BackendCase[] = [
  {
    id: 'B5.11',
    title: 'a row inserted with an end already past is gone at once',
    async run({ backend }) {
      for (const [id, expiresAt] of [
        ['g.a', t0 - year],
        ['g.b', t0 - 1],
        ['g.c', t0],
      ] as const) {
        await given(backend, [[id, { expiresAt }]])
        equal(await backend.find(id, now), null)
      }
    },
  },
  {
    id: 'B5.12',
    title: 'a row replaced with an end already past is gone at once',
    async run({ backend }) {
      await given(backend, [['g.a']])
      const row = makeRow({ version: 'v2', ...past })
      equal(await backend.replace('g.a', row, { ...now, expected: 'v1' }), 'replaced')
      equal(await backend.find('g.a', now), null)
    },
  },
  {
    id: 'B5.13',
    title: 'a row touched with an end already past is gone at once',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      equal(await backend.touch('g.a', past, { ...now, expected: row }), 'touched')
      equal(await backend.find('g.a', now), null)
    },
  },
  {
    id: 'B5.14',
    title: 'a row with an end already past is not listed',
    needs: ['list'],
    async run({ backend }) {
      const [, row = makeRow()] = await given(backend, [['g.a', past], ['g.b'], ['g.c'], ['g.d']])
      await backend.touch('g.b', past, { ...now, expected: row })
      const gone = makeRow({ version: 'v2', ...past })
      await backend.replace('g.c', gone, { ...now, expected: 'v1' })
      await listsExactly(backend, 'g', { ids: ['g.d'] })
    },
  },
  {
    id: 'B5.15',
    title: 'a row that lives longer than 2^31 ms is there to its end',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a', { expiresAt: t0 + 30 * year }]])
      await stands(backend, 'g.a', { row })
      await stands(backend, 'g.a', { row, at: t0 + 30 * year - 1 })
      equal(await backend.find('g.a', callAt(t0 + 30 * year)), null)
    },
  },
  {
    id: 'B5.10',
    title: 'a moved end moves in the list too',
    needs: ['list'],
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b'], ['g.c']])
      const later = { touchedAt: t0 + 1, expiresAt: t0 + hour + second }
      await backend.touch('g.a', later, { ...now, expected: row })
      const next = makeRow({ version: 'v2', ...later })
      await backend.replace('g.b', next, { ...now, expected: 'v1' })
      await listsExactly(backend, 'g', { ids: ['g.a', 'g.b'], at: t0 + hour })
      await listsExactly(backend, 'g', { ids: [], at: t0 + hour + second })
    },
  },
]
