import { ok } from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import {
  type BackendCase,
  type BackendFixture,
  ending,
  fill,
  given,
  t0,
} from '../backend-fixture.ts'

const ids = Array.from({ length: 60 }, (_, index) => `g${index % 7}.${index}`)

/** Clause 5: the database does not grow. */
export const leakCases: readonly BackendCase[] = [
  {
    id: 'B5.23',
    title: 'of rows that have expired nothing is left in the database',
    needs: ['size', 'realTime'],
    async run(fixture) {
      const { backend } = fixture
      await given(backend, [['stays.a']])
      const before = await fixture.size()
      await fill(backend, ids, { expiresAt: t0 + 200 })
      await shrinksTo(fixture, before)
    },
  },
  {
    id: 'B5.24',
    title: 'an ended session takes no more entries than a live one',
    needs: ['size', 'revocation'],
    async run({ backend, size }) {
      await fill(backend, ids)
      const live = await size()
      for (const id of ids) await backend.remove(id, ending(t0))
      for (const id of ids) await backend.remove(id, ending(t0 + 1))
      const ended = await size()
      ok(ended <= live, `${ended} entries for ended sessions, ${live} for live ones`)
    },
  },
]

async function shrinksTo({ size, realTimeMs }: BackendFixture, expected: number): Promise<void> {
  const deadline = AbortSignal.timeout(realTimeMs)
  let count = await size()
  while (count > expected && !deadline.aborted) {
    await wait(25)
    count = await size()
  }
  ok(count <= expected, `${count} entries are left after ${realTimeMs} ms, not ${expected}`)
}
