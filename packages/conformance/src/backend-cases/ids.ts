import { equal } from 'node:assert/strict'
import { endsExactly, listsExactly, sameRow, stands } from '../backend-asserts.ts'
import { groupOf } from '../backend-clauses.ts'
import { type BackendCase, bytes, ending, given, makeRow, now, t0 } from '../backend-fixture.ts'
import { cased, dotted, hostile } from './hostile-words.ts'

const kinds = Object.entries(hostile)

/** Clause 6: ids are opaque, except for the group before the first dot. */
export const idCases: readonly BackendCase[] = [
  ...kinds.map(([kind, words], index) => apartCase(`B6.${index + 1}`, kind, words)),
  apartCase('B6.11', 'dotted', dotted),
  ...kinds.map(([kind, words], index) => groupsApartCase(`B6.${index + 12}`, kind, words)),
  apartCase('B6.25', 'upper and lower case', cased),
  groupsApartCase('B6.26', 'upper and lower case', cased),
  {
    id: 'B6.22',
    title: 'the group of an id is what stands before its first dot, and may be empty',
    needs: ['list'],
    async run({ backend }) {
      const ids = ['g.a', 'g.a.b', 'g..', 'g.', '.a', '..', 'gg.a']
      await given(
        backend,
        ids.map((id) => [id] as const),
      )
      await listsExactly(backend, 'g', { ids: ['g.a', 'g.a.b', 'g..', 'g.'] })
      await listsExactly(backend, '', { ids: ['.a', '..'] })
      await listsExactly(backend, 'g.a', { ids: [] })
      await endsExactly(backend, '', { ...ending(t0), ids: ['.a', '..'] })
      await listsExactly(backend, 'g', { ids: ['g.a', 'g.a.b', 'g..', 'g.'] })
    },
  },
  {
    id: 'B6.23',
    title: 'an id that reads as a pattern finds and ends nothing but itself',
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['abc.xyz'], ['abd.xyz']])
      const patterns = [
        '*',
        '*.*',
        'ab*',
        'abc.*',
        'ab?.xyz',
        'ab[a-z].xyz',
        'ab_.xyz',
        '%',
        'abc.%',
      ]
      for (const pattern of patterns) {
        equal(await backend.find(pattern, now), null)
        equal(await backend.remove(pattern, ending(t0)), null)
      }
      for (const id of ['abc.xyz', 'abd.xyz']) await stands(backend, id, { row })
    },
  },
  {
    id: 'B6.24',
    title: 'a group that reads as a pattern lists and ends nothing but itself',
    needs: ['list'],
    async run({ backend }) {
      const [row = makeRow()] = await given(backend, [['abc.xyz'], ['abd.xyz']])
      for (const pattern of ['*', 'ab*', 'ab?', 'ab[a-z]', 'ab_', 'ab%', '%', 'ab', '', '{abc}']) {
        await listsExactly(backend, pattern, { ids: [] })
        await endsExactly(backend, pattern, { ...ending(t0), ids: [] })
      }
      for (const id of ['abc.xyz', 'abd.xyz']) await stands(backend, id, { row })
    },
  },
]

/** Checks words as ids, groups and handles: each row is found by its own id, and removing it leaves the others. */
function apartCase(id: string, kind: string, words: readonly string[]): BackendCase {
  return {
    id,
    title: `ids stay apart: ${kind}`,
    async run({ backend }) {
      const ids = words.flatMap((word) => [word, `${word}.h`, `g.${word}`])
      const rows = ids.map((each, index) => [each, { value: bytes(`${index}`) }] as const)
      const made = await given(backend, rows)
      for (const [index, each] of ids.entries())
        await stands(backend, each, { row: made[index] ?? makeRow() })
      for (const [index, each] of ids.entries()) {
        sameRow(await backend.remove(each, ending(t0)), made[index] ?? makeRow())
        const next = ids[index + 1]
        if (next !== undefined) await stands(backend, next, { row: made[index + 1] ?? makeRow() })
      }
    },
  }
}

/** Checks words as groups: each lists and ends only its own rows. */
function groupsApartCase(id: string, kind: string, words: readonly string[]): BackendCase {
  return {
    id,
    title: `groups stay apart: ${kind}`,
    needs: ['list'],
    async run({ backend }) {
      const ids = words.flatMap((word) => [`${word}.h`, `${word}.${word}`])
      await given(
        backend,
        ids.map((each) => [each] as const),
      )
      for (const group of words) {
        const own = ids.filter((each) => groupOf(each) === group)
        await listsExactly(backend, group, { ids: own })
      }
      for (const group of words) {
        const own = ids.filter((each) => groupOf(each) === group)
        await endsExactly(backend, group, { ...ending(t0), ids: own })
        await listsExactly(backend, group, { ids: [] })
      }
    },
  }
}
