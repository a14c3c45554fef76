import { createHash } from 'node:crypto'
import { deepEqual } from '../asserts.ts'
import { endsExactly, listsExactly, sameIds, scanned } from '../backend-asserts.ts'
import { type BackendCase, ending, fill, now, t0 } from '../backend-fixture.ts'

/** More rows than a page has in any database: 1,000 is a usual limit. */
const many = 1_200

/** Clause 9: lists and scans of more rows than a page has. */
export const sizeCases: readonly BackendCase[] = [
  {
    id: 'B9.7',
    title: 'list returns each row of a group of 1,200',
    needs: ['list'],
    async run({ backend }) {
      const ids = idsOf('g')
      await fill(backend, [...ids, 'h.a'])
      await listsExactly(backend, 'g', { ids })
    },
  },
  {
    id: 'B9.8',
    title: 'scan yields each of 1,200 rows once while others end behind and before its cursor',
    needs: ['scan'],
    async run({ backend }) {
      const ids = [...idsOf('g').slice(0, many / 2), ...idsOf('h').slice(0, many / 2)]
      await fill(backend, ids)
      const seen: string[] = []
      const ended = new Set<string>()
      const end = async (id: string | undefined) => {
        if (id === undefined) return
        ended.add(id)
        await backend.remove(id, ending(t0))
      }
      for await (const { id } of backend.scan(now)) {
        seen.push(id)
        if (seen.length % 3 !== 0 || ended.size >= many / 3) continue
        await end(seen.at(-2))
        await end(ids.find((each) => !ended.has(each) && !seen.includes(each)))
      }
      const twice = seen.filter((id, index) => seen.indexOf(id) !== index)
      const missing = ids.filter((id) => !ended.has(id) && !seen.includes(id))
      deepEqual({ twice, missing }, { twice: [], missing: [] })
      sameIds(
        await scanned(backend),
        ids.filter((id) => !ended.has(id)),
      )
    },
  },
  {
    id: 'B3.33',
    title: 'removeGroup ends each of 1,200 sessions of a group, and returns each id once',
    needs: ['list'],
    async run({ backend }) {
      const [kept = '', ...ids] = idsOf('g')
      await fill(backend, [kept, ...ids])
      await endsExactly(backend, 'g', { ...ending(t0), except: kept, ids })
      await listsExactly(backend, 'g', { ids: [kept] })
    },
  },
]

/** Returns ids of about the length of core's, which do not compress. */
function idsOf(group: string): string[] {
  return Array.from({ length: many }, (_, index) => {
    const digest = createHash('sha256').update(`${group} ${index}`).digest('base64url')
    return `${group}.${digest}`
  })
}
