import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { conflictIn, sameRow, stands } from '../backend-asserts.ts'
import { type BackendCase, bytes, given, hour, makeRow, now, t0 } from '../backend-fixture.ts'

const times = { touchedAt: t0 + 7, expiresAt: t0 + 3 * hour }

/** Clause 2: `replace` and `touch` are each one atomic step. */
export const writeRaceCases: readonly BackendCase[] = [
  {
    id: 'B2.21',
    title:
      'of parallel replaces of one version exactly one wins, and the others are handed its row',
    needs: ['conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const id = `${group}.a`
        await given(backend, [[id]])
        const rows = ['a', 'b', 'c', 'd', 'e', 'f'].map((version) =>
          makeRow({ version, priorVersions: ['v1'], value: bytes(version) }),
        )
        const outcomes = await parallel(
          rows.map((row) => () => backend.replace(id, row, { ...now, expected: 'v1' })),
        )
        const winners = rows.filter((_, index) => outcomes[index] === 'replaced')
        equal(winners.length, 1)
        const [winner = makeRow()] = winners
        await stands(backend, id, { row: winner })
        for (const outcome of outcomes)
          if (outcome !== 'replaced') sameRow(conflictIn(outcome), winner)
      })
    },
  },
  {
    id: 'B2.22',
    title: 'of parallel touches exactly one writes',
    needs: ['conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const id = `${group}.a`
        const [row = makeRow()] = await given(backend, [[id]])
        const touch = () => backend.touch(id, times, { ...now, expected: row })
        const outcomes = await parallel([touch, touch, touch, touch, touch, touch])
        deepEqual(outcomes.sort(), [...Array(5).fill('conflict'), 'touched'])
        await stands(backend, id, { row: { ...row, ...times } })
      })
    },
  },
  {
    id: 'B2.23',
    title: 'a touch racing a replace never brings the old version back',
    needs: ['conditionalWrite'],
    async run({ backend, races, parallel }) {
      await races(async (group) => {
        const id = `${group}.a`
        const [row = makeRow()] = await given(backend, [[id]])
        const next = makeRow({ version: 'v2', priorVersions: ['v1'], value: bytes('next') })
        const outcomes = await parallel([
          () => backend.touch(id, times, { ...now, expected: row }),
          () => backend.replace(id, next, { ...now, expected: 'v1' }),
          () => backend.touch(id, times, { ...now, expected: row }),
        ])
        equal(outcomes[1], 'replaced')
        await stands(backend, id, { row: next })
      })
    },
  },
]
