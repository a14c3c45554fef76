import { equal } from 'node:assert/strict'
import type { EndReason } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import { isEnded, isGone, sameRow, stands } from '../backend-asserts.ts'
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

const reasons: readonly EndReason[] = [
  'login',
  'logout',
  'revoked',
  'evicted',
  'replayed',
  'moved',
  'mismatch',
]

/** Clause 3: `remove` ends a session in one atomic step, for good. */
export const removeCases: readonly BackendCase[] = [
  {
    id: 'B3.1',
    title: 'remove hands back the row that it ended, with all its fields',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a', { priorVersions: ['v0', 'u'] }]])
      sameRow(await backend.remove('g.a', ending(t0)), row)
      await isGone(backend, 'g.a')
    },
  },
  {
    id: 'B3.2',
    title: 'a second remove answers null',
    async run({ backend }) {
      await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      equal(await backend.remove('g.a', ending(t0)), null)
    },
  },
  {
    id: 'B3.3',
    title: 'remove ends whatever version stands there',
    async run({ backend }) {
      await given(backend, [['g.a']])
      const next = makeRow({ version: 'v2', priorVersions: ['v1'], touchedAt: t0 + 1 })
      await backend.replace('g.a', next, { ...now, expected: 'v1' })
      sameRow(await backend.remove('g.a', ending(t0 + 2)), next)
      await isGone(backend, 'g.a', t0 + 2)
    },
  },
  {
    id: 'B3.4',
    title: 'remove leaves the other sessions of the group alone',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b'], ['h.a']])
      await backend.remove('g.a', ending(t0))
      for (const id of ['g.b', 'h.a']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B3.5',
    title: 'a late replace answers gone and brings nothing back',
    async run({ backend }) {
      await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      const late = makeRow({ version: 'v2' })
      equal(await backend.replace('g.a', late, { ...now, expected: 'v1' }), 'gone')
      await isGone(backend, 'g.a')
    },
  },
  {
    id: 'B3.6',
    title: 'a late touch answers gone and brings nothing back',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      await backend.remove('g.a', ending(t0))
      const times = { touchedAt: t0, expiresAt: t0 + 2 * hour }
      equal(await backend.touch('g.a', times, { ...now, expected: row }), 'gone')
      await isGone(backend, 'g.a')
    },
  },
  {
    id: 'B3.7',
    title: 'remove leaves a tombstone that tells why and when, for each reason',
    needs: ['revocation'],
    async run({ backend }) {
      for (const [index, reason] of reasons.entries()) {
        await given(backend, [[`g.${reason}`]])
        await backend.remove(`g.${reason}`, ending(t0 + index, reason))
        await isEnded(backend, `g.${reason}`, { ended: reason, at: t0 + index })
      }
    },
  },
  {
    id: 'B3.8',
    title: 'remove of an unknown id answers null, and an insert that comes later is taken',
    needs: ['revocation'],
    async run({ backend }) {
      equal(await backend.remove('g.a', ending(t0)), null)
      await isEnded(backend, 'g.a', { ended: 'logout', at: t0 })
      const late = await backend.insert('g.a', makeRow(), callAt(t0 + 1))
      deepEqual(late, { inserted: false, why: 'taken' })
      await isGone(backend, 'g.a', t0 + 1)
    },
  },
  {
    id: 'B3.9',
    title: 'remove of an expired row answers null, and an insert that comes later is taken',
    needs: ['revocation'],
    async run({ backend }) {
      await given(backend, [['g.a']])
      equal(await backend.remove('g.a', ending(t0 + hour)), null)
      const late = await backend.insert(
        'g.a',
        makeRow({ expiresAt: t0 + 2 * hour }),
        callAt(t0 + hour),
      )
      deepEqual(late, { inserted: false, why: 'taken' })
    },
  },
]
