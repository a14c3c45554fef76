import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { rowIn } from '../backend-asserts.ts'
import type { BackendCase } from '../backend-fixture.ts'
import { bytes, given, now } from '../backend-fixture.ts'
import { contended } from '../contention.ts'

const needs = ['processes']
const [count, turns] = [4, 25]

/** Clauses 2 and 8: several processes on one database. */
export const processCases: readonly BackendCase[] = [
  {
    id: 'B2.39',
    title: 'processes that write at once wait for each other: none is turned away, none lost',
    needs: [...needs, 'conditionalWrite'],
    async run({ shareDatabase }) {
      const { backend, runProcesses } = await shareDatabase()
      await given(backend, [[contended.counter, { value: bytes('0') }]])
      const outcomes = await runProcesses({ count, turns })
      deepEqual(
        outcomes.flatMap(({ rejected }) => rejected),
        [],
      )
      const { value } = rowIn(await backend.find(contended.counter, now))
      equal(Buffer.from(value).toString(), `${count * turns}`)
      if (!backend.supports.list || !backend.supports.limit) return
      equal((await backend.list(contended.group, now)).length, contended.limit)
    },
  },
  {
    id: 'B8.10',
    title: 'a process ends by itself when its backend is closed, and no timer of it runs on',
    needs,
    async run({ shareDatabase }) {
      const { backend, runProcesses } = await shareDatabase()
      await given(backend, [[contended.counter, { value: bytes('0') }]])
      const [outcome] = await runProcesses({ count: 1, turns: 2 })
      deepEqual(outcome?.timers, [])
      equal(outcome?.hasEnded, true, 'the process does not end: something keeps it alive')
    },
  },
]
