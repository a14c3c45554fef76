import { equal } from 'node:assert/strict'
import type { SessionId } from '@sojourn/core'
import type { GroupLimit, InsertOutcome } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { listsExactly, rowIn } from '../backend-asserts.ts'
import {
  type BackendCase,
  type BackendFixture,
  hour,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'

const needs = ['limit']

/** Clause 2: 40 parallel logins with a limit of 3 leave exactly 3. */
export const limitRaceCases: readonly BackendCase[] = [
  {
    id: 'B2.36',
    title: 'of 40 parallel inserts with a limit of 3, refuse inserts exactly 3',
    needs,
    async run(fixture) {
      await fixture.races(async (group) => {
        const { ids, outcomes } = await insertMany(fixture, group, { max: 3, onExceed: 'refuse' })
        const inserted = ids.filter((_, index) => outcomes[index]?.inserted)
        equal(inserted.length, 3)
        deepEqual(await liveOf(fixture, ids), inserted)
        await agreesWithList(fixture, group, inserted)
      })
    },
  },
  {
    id: 'B2.37',
    title:
      'of 40 parallel inserts with a limit of 3, evict leaves exactly 3 and names each other once',
    needs,
    async run(fixture) {
      await fixture.races(async (group) => {
        const { ids, outcomes } = await insertMany(fixture, group, { max: 3, onExceed: 'evict' })
        const evicted = outcomes.flatMap((outcome) => (outcome.inserted ? outcome.evicted : ids))
        const live = await liveOf(fixture, ids)
        equal(live.length, 3)
        deepEqual([...live, ...evicted].sort(), [...ids].sort())
        await agreesWithList(fixture, group, live)
      })
    },
  },
]

async function insertMany({ backend, parallel }: BackendFixture, group: string, limit: GroupLimit) {
  const ids = Array.from({ length: 40 }, (_, index) => `${group}.${index}`)
  const outcomes: InsertOutcome[] = await parallel(
    ids.map((id, index) => () => {
      const row = makeRow({ version: id, expiresAt: t0 + hour + index })
      return backend.insert(id, row, { ...now, limit })
    }),
  )
  return { ids, outcomes }
}

async function liveOf(
  { backend }: BackendFixture,
  ids: readonly SessionId[],
): Promise<SessionId[]> {
  const found = await Promise.all(ids.map((id) => backend.find(id, now)))
  const live = ids.filter((_, index) => {
    const entry = found[index]
    return entry && !('ended' in entry)
  })
  for (const id of live) equal(rowIn(found[ids.indexOf(id)]).version, id)
  return live
}

/** Counts a group by its list; skips the check for a backend that has limits but no lists. */
async function agreesWithList(
  { backend }: BackendFixture,
  group: string,
  ids: readonly SessionId[],
) {
  if (backend.supports.list) await listsExactly(backend, group, { ids })
}
