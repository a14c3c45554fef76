import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { isEnded, isGone, listsExactly, sameIds, scanned, stands } from '../backend-asserts.ts'
import { tombstoneMs } from '../backend-clauses.ts'
import {
  type BackendCase,
  callAt,
  ending,
  given,
  hour,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'

const needs = ['revocation']
const last = t0 + tombstoneMs - 1

/** Clause 3: a tombstone stands for 60 s by `at`; every operation but `find` treats the row as missing. */
export const tombstoneCases: readonly BackendCase[] = [
  {
    id: 'B3.10',
    title: 'a tombstone stands to the last millisecond of its 60 s, and no longer',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      await isEnded(backend, 'g.a', { ended: 'logout', at: t0, seenAt: last })
      equal(await backend.find('g.a', callAt(last + 1)), null)
    },
  },
  {
    id: 'B3.11',
    title: 'an insert is taken while the tombstone stands, and free when it has fallen',
    needs,
    async run({ backend }) {
      const row = makeRow()
      await backend.remove('g.a', ending(t0))
      const early = await backend.insert('g.a', row, callAt(last))
      deepEqual(early, { inserted: false, why: 'taken' })
      const free = await backend.insert('g.a', row, callAt(last + 1))
      deepEqual(free, { inserted: true, evicted: [] })
      await stands(backend, 'g.a', { row, at: last + 1 })
    },
  },
  {
    id: 'B3.12',
    title: 'a second remove neither renames nor prolongs a tombstone',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      await backend.remove('g.a', ending(t0 + 30_000, 'revoked'))
      await isEnded(backend, 'g.a', { ended: 'logout', at: t0, seenAt: last })
      equal(await backend.find('g.a', callAt(last + 1)), null)
    },
  },
  {
    id: 'B3.13',
    title: 'a late insert, replace or touch does not prolong a tombstone',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      const late = callAt(t0 + 30_000)
      await backend.insert('g.a', row, late)
      await backend.replace('g.a', row, { ...late, expected: 'v1' })
      await backend.touch('g.a', row, { ...late, expected: row })
      await isEnded(backend, 'g.a', { ended: 'logout', at: t0, seenAt: last })
      equal(await backend.find('g.a', callAt(last + 1)), null)
    },
  },
  {
    id: 'B3.14',
    title: 'a tombstone outlives the end that its row would have had',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a', { expiresAt: t0 + 10 }]])
      await backend.remove('g.a', ending(t0 + 5))
      await isEnded(backend, 'g.a', { ended: 'logout', at: t0 + 5, seenAt: t0 + 20 })
    },
  },
  {
    id: 'B3.15',
    title: 'a tombstone falls after 60 s also where the row would have lived longer',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a', { expiresAt: t0 + 9 * hour }]])
      await backend.remove('g.a', ending(t0))
      equal(await backend.find('g.a', callAt(last + 1)), null)
      await isGone(backend, 'g.a', t0 + hour)
    },
  },
  {
    id: 'B3.16',
    title: 'an ended session is not listed',
    needs: ['list'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await backend.remove('g.a', ending(t0))
      await backend.remove('g.c', ending(t0))
      await listsExactly(backend, 'g', { ids: ['g.b'] })
    },
  },
  {
    id: 'B3.17',
    title: 'an ended session is not scanned',
    needs: ['scan'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await backend.remove('g.a', ending(t0))
      sameIds(await scanned(backend, now.at), ['g.b'])
    },
  },
]
