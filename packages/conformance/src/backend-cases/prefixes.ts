import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import {
  endsExactly,
  isEnded,
  isGone,
  listsExactly,
  sameIds,
  scanned,
  stands,
} from '../backend-asserts.ts'
import { type BackendCase, bytes, ending, given, makeRow, now, t0 } from '../backend-fixture.ts'

const mine = { value: bytes('mine') }
const theirs = { value: bytes('theirs') }

/** Clause 7: two prefixes on one database are separate, even if one begins with the other. */
export const prefixCases: readonly BackendCase[] = [
  {
    id: 'B7.1',
    title: 'one id below two prefixes is two rows',
    needs: ['prefixes'],
    async run({ openPair }) {
      const [a, ab] = await openPair()
      const [row = makeRow()] = await given(a, [['g.h', mine]])
      equal(await ab.find('g.h', now), null)
      const [other = makeRow()] = await given(ab, [['g.h', theirs]])
      await stands(a, 'g.h', { row })
      await stands(ab, 'g.h', { row: other })
    },
  },
  {
    id: 'B7.2',
    title: 'an id that begins with the rest of the longer prefix is not an id below that',
    needs: ['prefixes'],
    async run({ openPair }) {
      const [a, ab] = await openPair()
      const [row = makeRow()] = await given(a, [['b:g.h', mine]])
      equal(await ab.find('g.h', now), null)
      const [other = makeRow()] = await given(ab, [['g.h', theirs]])
      await stands(a, 'b:g.h', { row })
      await ab.remove('g.h', ending(t0))
      await stands(a, 'b:g.h', { row })
      await isGone(ab, 'g.h')
      await given(ab, [['g.i', other]])
      await a.remove('b:g.i', ending(t0))
      await stands(ab, 'g.i', { row: other })
    },
  },
  {
    id: 'B7.3',
    title: 'a tombstone below one prefix blocks nothing below the other',
    needs: ['prefixes', 'revocation'],
    async run({ openPair }) {
      const [a, ab] = await openPair()
      await a.remove('g.h', ending(t0))
      await a.remove('b:g.h', ending(t0))
      equal(await ab.find('g.h', now), null)
      await given(ab, [['g.h', theirs]])
      await isEnded(a, 'g.h', { ended: 'logout', at: t0 })
    },
  },
  {
    id: 'B7.4',
    title: 'each prefix lists and ends its own groups',
    needs: ['prefixes', 'list'],
    async run({ openPair }) {
      const [a, ab] = await openPair()
      await given(a, [['g.1'], ['b:g.2']])
      await given(ab, [['g.3'], ['b:g.4']])
      await listsExactly(a, 'g', { ids: ['g.1'] })
      await listsExactly(a, 'b:g', { ids: ['b:g.2'] })
      await listsExactly(ab, 'g', { ids: ['g.3'] })
      await endsExactly(a, 'b:g', { ...ending(t0), ids: ['b:g.2'] })
      await endsExactly(a, 'g', { ...ending(t0), ids: ['g.1'] })
      await listsExactly(ab, 'g', { ids: ['g.3'] })
      await listsExactly(ab, 'b:g', { ids: ['b:g.4'] })
    },
  },
  {
    id: 'B7.5',
    title: 'each prefix counts its own groups against a limit',
    needs: ['prefixes', 'limit'],
    async run({ openPair }) {
      const [a, ab] = await openPair()
      const [row = makeRow()] = await given(a, [['g.1'], ['b:g.2']])
      const limit = { max: 1, onExceed: 'evict' } as const
      const outcome = await ab.insert('g.3', row, { ...now, limit })
      deepEqual(outcome, { inserted: true, evicted: [] })
      for (const id of ['g.1', 'b:g.2']) await stands(a, id, { row })
    },
  },
  {
    id: 'B7.6',
    title: 'each prefix scans its own rows, under their own ids',
    needs: ['prefixes', 'scan'],
    async run({ openPair }) {
      const [a, ab] = await openPair()
      await given(a, [['g.1'], ['b:g.2']])
      await given(ab, [['g.3'], ['b:g.4']])
      sameIds(await scanned(a), ['g.1', 'b:g.2'])
      sameIds(await scanned(ab), ['g.3', 'b:g.4'])
    },
  },
]
