import { equal } from 'node:assert/strict'
import { endsExactly, isEnded, isGone, listsExactly, stands } from '../backend-asserts.ts'
import { type BackendCase, ending, given, hour, makeRow, second, t0 } from '../backend-fixture.ts'

const needs = ['list']

/** Clause 3: `removeGroup` ends every live row of a group except one, and no row of another group. */
export const removeGroupCases: readonly BackendCase[] = [
  {
    id: 'B3.19',
    title: 'removeGroup ends every live row of the group and answers their ids',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b'], ['g.c']])
      const ids = ['g.a', 'g.b', 'g.c']
      await endsExactly(backend, 'g', { ...ending(t0, 'revoked'), ids })
      for (const id of ids) await isGone(backend, id)
      await listsExactly(backend, 'g', { ids: [] })
    },
  },
  {
    id: 'B3.20',
    title: 'removeGroup spares the one that it is told to',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['g.a'], ['g.b'], ['g.c']])
      await endsExactly(backend, 'g', { ...ending(t0), except: 'g.b', ids: ['g.a', 'g.c'] })
      await stands(backend, 'g.b', { row })
      await listsExactly(backend, 'g', { ids: ['g.b'] })
    },
  },
  {
    id: 'B3.21',
    title: 'removeGroup with an exception that is not there ends all',
    needs,
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await endsExactly(backend, 'g', { ...ending(t0), except: 'g.x', ids: ['g.a', 'g.b'] })
      await listsExactly(backend, 'g', { ids: [] })
    },
  },
  {
    id: 'B3.22',
    title: 'removeGroup of an empty group ends none',
    needs,
    async run({ backend }) {
      await given(backend, [['h.a']])
      await endsExactly(backend, 'g', { ...ending(t0), ids: [] })
    },
  },
  {
    id: 'B3.23',
    title: 'removeGroup leaves other groups alone',
    needs,
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['h.a'], ['gg.a'], ['G.a'], ['g.a']])
      await endsExactly(backend, 'g', { ...ending(t0), ids: ['g.a'] })
      for (const id of ['h.a', 'gg.a', 'G.a']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B3.24',
    title: 'removeGroup leaves a tombstone for each, which tells why and when',
    needs: ['list', 'revocation'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await backend.removeGroup('g', ending(t0 + 3, 'revoked'))
      for (const id of ['g.a', 'g.b']) await isEnded(backend, id, { ended: 'revoked', at: t0 + 3 })
    },
  },
  {
    id: 'B3.25',
    title: 'removeGroup answers no expired row',
    needs,
    async run({ backend }) {
      await given(backend, [
        ['g.a', { expiresAt: t0 + second }],
        ['g.b', { expiresAt: t0 + hour }],
      ])
      await endsExactly(backend, 'g', { ...ending(t0 + second), ids: ['g.b'] })
    },
  },
  {
    id: 'B3.26',
    title: 'removeGroup answers no ended session, and neither renames nor prolongs its tombstone',
    needs: ['list', 'revocation'],
    async run({ backend }) {
      await given(backend, [['g.a'], ['g.b']])
      await backend.remove('g.a', ending(t0))
      await endsExactly(backend, 'g', { ...ending(t0 + 30_000, 'revoked'), ids: ['g.b'] })
      await isEnded(backend, 'g.a', { ended: 'logout', at: t0, seenAt: t0 + 59_999 })
      equal(await backend.find('g.a', ending(t0 + 60_000)), null)
    },
  },
]
