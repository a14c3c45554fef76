import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { isGone, listsExactly, sameRow, stands } from '../backend-asserts.ts'
import {
  type BackendCase,
  bytes,
  ending,
  given,
  hour,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'

const done = { inserted: true, evicted: [] }
const taken = { inserted: false, why: 'taken' }

/** Clause 2: only `insert` creates rows, and it never overwrites one. */
export const insertCases: readonly BackendCase[] = [
  {
    id: 'B2.1',
    title: 'an inserted row is found with all its fields',
    async run({ backend }) {
      const row = makeRow({ version: 'x', priorVersions: ['w', 'v', 'u'], touchedAt: t0 - 1 })
      deepEqual(await backend.insert('g.a', row, now), done)
      await stands(backend, 'g.a', { row })
    },
  },
  {
    id: 'B2.2',
    title: 'an insert over a live row is taken and leaves it',
    async run({ backend }) {
      const [row] = await given(backend, [['g.a']])
      const other = makeRow({ version: 'v2', value: bytes('other') })
      deepEqual(await backend.insert('g.a', other, now), taken)
      await stands(backend, 'g.a', { row: row ?? other })
    },
  },
  {
    id: 'B2.3',
    title: 'an insert sent twice answers inserted and changes nothing',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      const times = { touchedAt: t0 + 1, expiresAt: t0 + 2 * hour }
      await backend.touch('g.a', times, { ...now, expected: row })
      deepEqual(await backend.insert('g.a', row, now), done)
      await stands(backend, 'g.a', { row: { ...row, ...times } })
    },
  },
  {
    id: 'B2.4',
    title: 'an insert sent again after later versions answers inserted and leaves the latest',
    async run({ backend }) {
      const [first = makeRow()] = await given(backend, [['g.a', { version: 'v1' }]])
      const latest = makeRow({ version: 'v4', priorVersions: ['v3', 'v2', 'v1'] })
      await backend.replace('g.a', latest, { ...now, expected: 'v1' })
      deepEqual(await backend.insert('g.a', first, now), done)
      await stands(backend, 'g.a', { row: latest })
    },
  },
  {
    id: 'B2.5',
    title: 'an insert of a version that only names the present one as prior is taken',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a', { version: 'v1' }]])
      const heir = makeRow({ version: 'v2', priorVersions: ['v1'] })
      deepEqual(await backend.insert('g.a', heir, now), taken)
      await stands(backend, 'g.a', { row })
    },
  },
  {
    id: 'B2.6',
    title: 'an insert over a tombstone is taken, also with the version that was ended',
    needs: ['revocation'],
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      deepEqual(await backend.insert('g.a', row, now), taken)
      deepEqual(await backend.insert('g.a', makeRow({ version: 'v9' }), now), taken)
      await isGone(backend, 'g.a')
    },
  },
  {
    id: 'B2.7',
    title: 'of parallel inserts of one id, exactly one is inserted and stands',
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const rows = versions(8).map((version) => makeRow({ version, value: bytes(version) }))
        const outcomes = await parallel(
          rows.map((row) => () => backend.insert(`${group}.a`, row, now)),
        )
        const winners = rows.filter((_, index) => outcomes[index]?.inserted)
        equal(winners.length, 1)
        for (const row of winners) await stands(backend, `${group}.a`, { row })
      })
    },
  },
  {
    id: 'B2.8',
    title: 'of parallel inserts of one version, each answers inserted and one row stands',
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const row = makeRow()
        const insert = () => backend.insert(`${group}.a`, row, now)
        deepEqual(await parallel([insert, insert, insert]), [done, done, done])
        await stands(backend, `${group}.a`, { row })
      })
    },
  },
  {
    id: 'B2.9',
    title: 'parallel inserts of different ids are all there, and listed',
    needs: ['list'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const ids = versions(16).map((version) => `${group}.${version}`)
        await parallel(ids.map((id) => () => backend.insert(id, makeRow({ version: id }), now)))
        for (const id of ids) sameRow(await backend.find(id, now), makeRow({ version: id }))
        await listsExactly(backend, group, { ids })
      })
    },
  },
]

function versions(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `v${index}`)
}
