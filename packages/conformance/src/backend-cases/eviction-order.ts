import { deepEqual } from '../asserts.ts'
import { type BackendCase, given, hour, makeRow, now, t0 } from '../backend-fixture.ts'

/** Clause 2: `evict` goes by the present order of expiry. */
export const evictionOrderCases: readonly BackendCase[] = [
  {
    id: 'B2.38',
    title: 'sessions are evicted in the order in which they expire after touches and replaces',
    needs: ['limit'],
    async run({ backend }) {
      const rows = await given(
        backend,
        ['g.a', 'g.b', 'g.c', 'g.d', 'g.e', 'g.f'].map(
          (id, index) => [id, { expiresAt: t0 + (index + 2) * hour }] as const,
        ),
      )
      // Neither the order of the ids, nor of the inserts, nor of the touches, nor of the first ends.
      const touches = { 'g.d': 4, 'g.a': 9, 'g.f': 1, 'g.b': 6 }
      for (const [index, [id, hours]] of Object.entries(touches).entries()) {
        const expected = rows['abcdef'.indexOf(id.slice(2))] ?? makeRow()
        const times = { touchedAt: t0 + index + 1, expiresAt: t0 + hours * hour }
        await backend.touch(id, times, { ...now, expected })
      }
      const replaced = makeRow({ version: 'v2', expiresAt: t0 + 3 * hour })
      await backend.replace('g.e', replaced, { ...now, expected: 'v1' })

      const evicted: string[] = []
      for (const [index, id] of ['g.0', 'g.1', 'g.2', 'g.3', 'g.4', 'g.5'].entries()) {
        const row = makeRow({ expiresAt: t0 + (20 + index) * hour })
        const limit = { max: 6, onExceed: 'evict' } as const
        const outcome = await backend.insert(id, row, { ...now, limit })
        if (outcome.inserted) evicted.push(...outcome.evicted)
      }
      // Their ends, in hours: f 1, e 3, d and c 4, b 6, a 9. Of c and d either may go first.
      const [first, second, third = '', fourth = '', ...last] = evicted
      deepEqual(
        [first, second, [third, fourth].sort(), ...last],
        ['g.f', 'g.e', ['g.c', 'g.d'], 'g.b', 'g.a'],
      )
    },
  },
]
