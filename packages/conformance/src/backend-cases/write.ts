import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { conflictIn, isGone, sameRow, stands } from '../backend-asserts.ts'
import {
  type BackendCase,
  bytes,
  callAt,
  given,
  hour,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'

const next = makeRow({
  version: 'v2',
  priorVersions: ['v1'],
  touchedAt: t0 + 5,
  expiresAt: t0 + 2 * hour,
  value: bytes('next'),
})
const times = { touchedAt: t0 + 7, expiresAt: t0 + 3 * hour }

/** Clause 2: `replace` and `touch` overwrite only the row that they expect, and never create one. */
export const writeCases: readonly BackendCase[] = [
  {
    id: 'B2.10',
    title: 'a replace over the expected version writes every field',
    async run({ backend }) {
      await given(backend, [['g.a']])
      equal(await backend.replace('g.a', next, { ...now, expected: 'v1' }), 'replaced')
      await stands(backend, 'g.a', { row: next })
    },
  },
  {
    id: 'B2.11',
    title: 'a replace of a missing row answers gone and creates nothing',
    async run({ backend }) {
      equal(await backend.replace('g.a', next, { ...now, expected: 'v1' }), 'gone')
      equal(await backend.find('g.a', now), null)
    },
  },
  {
    id: 'B2.12',
    title: 'a replace of another version is handed the row that stands there, and leaves it',
    async run({ backend }) {
      const [row = next] = await given(backend, [['g.a', { version: 'v9', priorVersions: ['v8'] }]])
      const outcome = await backend.replace('g.a', next, { ...now, expected: 'v1' })
      sameRow(conflictIn(outcome), row)
      await stands(backend, 'g.a', { row })
    },
  },
  {
    id: 'B2.13',
    title: 'a replace that expects a prior version is a conflict',
    async run({ backend }) {
      const [row = next] = await given(backend, [
        ['g.a', { version: 'v3', priorVersions: ['v2', 'v1'] }],
      ])
      const outcome = await backend.replace('g.a', next, { ...now, expected: 'v1' })
      sameRow(conflictIn(outcome), row)
      await stands(backend, 'g.a', { row })
    },
  },
  {
    id: 'B2.14',
    title: 'a replace sent twice meets its own version the second time',
    async run({ backend }) {
      await given(backend, [['g.a']])
      const write = () => backend.replace('g.a', next, { ...now, expected: 'v1' })
      deepEqual(await write(), 'replaced')
      sameRow(conflictIn(await write()), next)
    },
  },
  {
    id: 'B2.15',
    title: 'a touch moves both times and keeps version, prior versions and value',
    async run({ backend }) {
      const [row = next] = await given(backend, [['g.a', { priorVersions: ['v0', 'u', 't'] }]])
      equal(await backend.touch('g.a', times, { ...now, expected: row }), 'touched')
      await stands(backend, 'g.a', { row: { ...row, ...times } })
    },
  },
  {
    id: 'B2.16',
    title: 'a touch may bring the end nearer',
    async run({ backend }) {
      const [row = next] = await given(backend, [['g.a']])
      const nearer = { touchedAt: t0 + 1, expiresAt: t0 + 10_000 } // a database's own expiry runs in real time
      equal(await backend.touch('g.a', nearer, { ...now, expected: row }), 'touched')
      await stands(backend, 'g.a', { row: { ...row, ...nearer } })
      await isGone(backend, 'g.a', t0 + 10_000)
    },
  },
  {
    id: 'B2.17',
    title: 'a touch of a missing row answers gone and creates nothing',
    async run({ backend }) {
      equal(await backend.touch('g.a', times, { ...now, expected: makeRow() }), 'gone')
      equal(await backend.find('g.a', now), null)
    },
  },
  {
    id: 'B2.18',
    title: 'a touch that expects another version is a conflict and changes nothing',
    async run({ backend }) {
      const [row = next] = await given(backend, [['g.a', { version: 'v2', priorVersions: ['v1'] }]])
      const expected = { version: 'v1', touchedAt: row.touchedAt }
      equal(await backend.touch('g.a', times, { ...now, expected }), 'conflict')
      await stands(backend, 'g.a', { row })
    },
  },
  {
    id: 'B2.19',
    title: 'a touch that expects another last touch is a conflict and changes nothing',
    async run({ backend }) {
      const [row = next] = await given(backend, [['g.a']])
      const expected = { version: row.version, touchedAt: row.touchedAt - 1 }
      equal(await backend.touch('g.a', times, { ...now, expected }), 'conflict')
      await stands(backend, 'g.a', { row })
    },
  },
  {
    id: 'B2.20',
    title: 'a replace after a touch still finds its version',
    async run({ backend }) {
      const [row = next] = await given(backend, [['g.a']])
      await backend.touch('g.a', times, { ...now, expected: row })
      equal(await backend.replace('g.a', next, { ...callAt(t0 + 8), expected: 'v1' }), 'replaced')
      await stands(backend, 'g.a', { row: next, at: t0 + 8 })
    },
  },
]
