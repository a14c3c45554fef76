import { ok } from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import { stands } from '../backend-asserts.ts'
import { type BackendCase, type Bench, given, hour, makeRow, now, t0 } from '../backend-bench.ts'

const needs = ['realTime']
const soon = { expiresAt: t0 + 200 }

/** Clause 5: space comes back without being read again. `at` stands still here; only real time passes. */
export const realTimeCases: readonly BackendCase[] = [
  {
    id: 'B5.19',
    title: 'a row leaves by itself when its time to live has passed',
    needs,
    async run(bench) {
      await given(bench.backend, [['g.a', soon]])
      await leaves(bench, 'g.a')
    },
  },
  {
    id: 'B5.20',
    title: 'a row that was touched or replaced does not leave at its first end',
    needs,
    async run(bench) {
      const { backend } = bench
      const [row = makeRow()] = await given(backend, [
        ['g.a', soon],
        ['g.b', soon],
      ])
      await backend.touch('g.a', { touchedAt: t0, expiresAt: t0 + hour }, { ...now, expected: row })
      const next = makeRow({ version: 'v2' })
      await backend.replace('g.b', next, { ...now, expected: 'v1' })
      await given(backend, [['g.c', soon]])
      await leaves(bench, 'g.c')
      await stands(backend, 'g.a', { row: makeRow() })
      await stands(backend, 'g.b', { row: next })
    },
  },
  {
    id: 'B5.21',
    title: 'a row whose end is more than 2^31 ms away does not leave early',
    needs,
    async run(bench) {
      const [row = makeRow()] = await given(bench.backend, [['g.a', { expiresAt: t0 + 2 ** 33 }]])
      await given(bench.backend, [['g.b', soon]])
      await leaves(bench, 'g.b')
      await stands(bench.backend, 'g.a', { row })
    },
  },
]

async function leaves({ backend, realTimeMs }: Bench, id: string): Promise<void> {
  const patience = AbortSignal.timeout(realTimeMs)
  while (!patience.aborted) {
    if ((await backend.find(id, now)) === null) return
    await wait(25)
  }
  ok(false, `the row still stands after ${realTimeMs} ms of real time`)
}
