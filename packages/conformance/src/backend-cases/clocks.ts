import { equal } from 'node:assert/strict'
import { isEnded, isGone, listsExactly, stands } from '../backend-asserts.ts'
import { type BackendCase, callAt, ending, hour, makeRow, second } from '../backend-fixture.ts'

/** Clause 5: a backend uses the manager's clock, however far that is from the machine's. */
export const clockCases: readonly BackendCase[] = [
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
]

/** Runs a case with the manager's clock far from the machine's and the database's. */
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
