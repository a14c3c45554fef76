import { equal } from 'node:assert/strict'
import { isEnded, isGone, listsExactly, stands } from '../backend-asserts.ts'
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
} from '../backend-bench.ts'

const year = 365 * 24 * hour
const past = { touchedAt: t0 - hour, expiresAt: t0 - 1 }

/** Clause 5: an end already past, ends far away, and clocks far from the machine's. */
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
  clockCase('B5.16', '1970', 1_000),
  clockCase('B5.17', 'the year 2100', Date.UTC(2100, 0, 1)),
  {
    id: 'B5.18',
    title: 'lists and tombstones go by a clock in 1970 and one in the year 2100 alike',
    needs: ['list', 'revocation'],
    async run({ backend }) {
      for (const [group, at] of [
        ['old', 1_000],
        ['new', Date.UTC(2100, 0, 1)],
      ] as const) {
        await clockedRow(backend, `${group}.a`, at)
        await clockedRow(backend, `${group}.b`, at)
        await backend.remove(`${group}.a`, ending(at))
        await isEnded(backend, `${group}.a`, { ended: 'logout', at, seenAt: at + 59_999 })
        await listsExactly(backend, group, { ids: [`${group}.b`], at: at + hour - 1 })
        await listsExactly(backend, group, { ids: [], at: at + hour })
        await isGone(backend, `${group}.a`, at + hour)
      }
    },
  },
  {
    id: 'B5.10',
    title: 'a moved end moves in the list too',
    needs: ['list'],
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b'], ['g.c']])
      const later = { touchedAt: t0 + 1, expiresAt: end + second }
      await backend.touch('g.a', later, { ...now, expected: row })
      const next = makeRow({ version: 'v2', ...later })
      await backend.replace('g.b', next, { ...now, expected: 'v1' })
      await listsExactly(backend, 'g', { ids: ['g.a', 'g.b'], at: end })
      await listsExactly(backend, 'g', { ids: [], at: end + second })
    },
  },
]

/** The manager's clock may be far from the machine's and the database's. */
function clockCase(id: string, year: string, at: number): BackendCase {
  return {
    id,
    title: `a row goes by the manager's clock, also where that says ${year}`,
    async run({ backend }) {
      const row = await clockedRow(backend, 'g.a', at)
      await stands(backend, 'g.a', { row, at })
      const times = { touchedAt: at + 1, expiresAt: at + hour + second }
      const call = { ...callAt(at + 1), expected: row }
      equal(await backend.touch('g.a', times, call), 'touched')
      await stands(backend, 'g.a', { row: { ...row, ...times }, at: at + hour })
      equal(await backend.find('g.a', callAt(at + hour + second)), null)
    },
  }
}

async function clockedRow(backend: Parameters<typeof stands>[0], id: string, at: number) {
  const row = makeRow({ touchedAt: at, expiresAt: at + hour })
  equal((await backend.insert(id, row, callAt(at))).inserted, true)
  return row
}
