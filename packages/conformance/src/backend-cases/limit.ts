import { equal } from 'node:assert/strict'
import type { GroupLimit } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { isEnded, isGone, stands } from '../backend-asserts.ts'
import { type BackendCase, callAt, given, hour, makeRow, now, t0 } from '../backend-fixture.ts'

const evict = (max: number): GroupLimit => ({ max, onExceed: 'evict' })
const refuse = (max: number): GroupLimit => ({ max, onExceed: 'refuse' })
const until = (expiresAt: number) => ({ expiresAt: t0 + expiresAt })
const needs = ['limit']

/** Clauses 2 and 3: counting a group and making room in it are one atomic step with the insert. */
export const limitCases: readonly BackendCase[] = [
  {
    id: 'B2.24',
    title: 'below the limit nobody is evicted or refused',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      const outcome = await backend.insert('g.c', makeRow(), { ...now, limit: evict(3) })
      deepEqual(outcome, { inserted: true, evicted: [] })
      const other = await backend.insert('h.a', makeRow(), { ...now, limit: refuse(1) })
      deepEqual(other, { inserted: true, evicted: [] })
    },
  },
  {
    id: 'B2.25',
    title: 'at the limit refuse inserts nothing and ends nobody',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b']])
      const outcome = await backend.insert('g.c', makeRow(), { ...now, limit: refuse(2) })
      deepEqual(outcome, { inserted: false, why: 'limit' })
      equal(await backend.find('g.c', now), null)
      for (const id of ['g.a', 'g.b']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B2.26',
    title: 'at the limit evict ends the one that would expire first, and names it',
    needs,
    async run({ backend }) {
      const [, , last = makeRow()] = await given(backend, [
        ['g.a', until(2 * hour)],
        ['g.b', until(hour)],
        ['g.c', until(3 * hour)],
      ])
      const outcome = await backend.insert('g.d', last, { ...now, limit: evict(3) })
      deepEqual(outcome, { inserted: true, evicted: ['g.b'] })
      await isGone(backend, 'g.b')
      for (const id of ['g.c', 'g.d']) await stands(backend, id, { row: last })
    },
  },
  {
    id: 'B2.27',
    title: 'with a limit of one the new session takes the place of the old',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a']])
      const outcome = await backend.insert('g.b', makeRow(), { ...now, limit: evict(1) })
      deepEqual(outcome, { inserted: true, evicted: ['g.a'] })
      await isGone(backend, 'g.a')
      await stands(backend, 'g.b', { row: makeRow() })
    },
  },
  {
    id: 'B2.28',
    title: 'a limit that was lowered evicts as many as it takes, those that would expire first',
    needs,
    async run({ backend }) {
      const [, , row = makeRow()] = await given(backend, [
        ['g.3', until(3 * hour)],
        ['g.1', until(hour)],
        ['g.5', until(5 * hour)],
        ['g.2', until(2 * hour)],
      ])
      const outcome = await backend.insert('g.4', makeRow(), { ...now, limit: evict(3) })
      deepEqual(outcome.inserted && [...outcome.evicted].sort(), ['g.1', 'g.2'])
      for (const id of ['g.1', 'g.2']) await isGone(backend, id)
      await stands(backend, 'g.5', { row })
    },
  },
  {
    id: 'B2.29',
    title: 'who would expire first is judged by the latest touch and replace',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [
        ['g.a', until(hour)],
        ['g.b', until(2 * hour)],
        ['g.c', until(3 * hour)],
      ])
      await backend.touch('g.a', { ...row, ...until(9 * hour) }, { ...now, expected: row })
      const next = makeRow({ version: 'v2', ...until(8 * hour) })
      await backend.replace('g.b', next, { ...now, expected: 'v1' })
      const outcome = await backend.insert('g.d', makeRow(), { ...now, limit: evict(3) })
      deepEqual(outcome, { inserted: true, evicted: ['g.c'] })
    },
  },
  {
    id: 'B3.18',
    title: 'an evicted session leaves a tombstone that says so',
    needs: ['limit', 'revocation'],
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a']])
      await backend.insert('g.b', makeRow(), { ...callAt(t0 + 5), limit: evict(1) })
      await isEnded(backend, 'g.a', { ended: 'evicted', at: t0 + 5 })
      const late = await backend.insert('g.a', row, callAt(t0 + 6))
      deepEqual(late, { inserted: false, why: 'taken' })
    },
  },
]
