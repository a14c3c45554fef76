import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { rowIn } from '../backend-asserts.ts'
import type { BackendCase, BackendFixture } from '../backend-fixture.ts'
import { bytes, fill, given, now } from '../backend-fixture.ts'
import { contended, idOfTurn } from '../contention.ts'
import type { ProcessOutcome } from '../processes.ts'

const needs = ['processes']
const count = 4
const turns = 25
/** How often processes race: without one step of the database for each operation, a few of so many go wrong. */
const races = 250

/** Clauses 2 and 8: several processes on one database. */
export const processCases: readonly BackendCase[] = [
  {
    id: 'B2.39',
    title: 'processes that write at once wait for each other: none is turned away, none lost',
    needs: [...needs, 'conditionalWrite'],
    async run({ shareDatabase }) {
      const { backend, runProcesses } = await shareDatabase()
      await given(backend, [[contended.counter, { value: bytes('0') }]])
      const outcomes = await runProcesses({ count, task: 'write', turns })
      deepEqual(rejectedIn(outcomes), [])
      const { value } = rowIn(await backend.find(contended.counter, now))
      equal(Buffer.from(value).toString(), `${count * turns}`)
      if (!backend.supports.list || !backend.supports.limit) return
      equal((await backend.list(contended.group, now)).length, contended.limit)
    },
  },
  {
    id: 'B2.40',
    title: 'of processes that log in at once with a limit of one, none ever sees two sessions',
    needs: [...needs, 'limit', 'list'],
    async run({ shareDatabase }) {
      const { backend, runProcesses } = await shareDatabase()
      const outcomes = await runProcesses({ count, task: 'logIn', turns: races })
      deepEqual(rejectedIn(outcomes), [])
      equal(Math.max(...outcomes.map(({ most }) => most)), 1)
      equal((await backend.list(contended.group, now)).length, 1)
    },
  },
  {
    id: 'B3.35',
    title: 'of processes that remove a session at once, one is handed the row',
    needs: [...needs, 'conditionalWrite'],
    run: ({ shareDatabase }) => endOnce('remove', shareDatabase),
  },
  {
    id: 'B3.36',
    title: 'of processes that end a group at once, one is told that it has ended its session',
    needs: [...needs, 'conditionalWrite', 'list'],
    run: ({ shareDatabase }) => endOnce('removeGroup', shareDatabase),
  },
  {
    id: 'B8.10',
    title: 'a process ends by itself when its backend is closed, and no timer of it runs on',
    needs,
    async run({ shareDatabase }) {
      const { backend, runProcesses } = await shareDatabase()
      await given(backend, [[contended.counter, { value: bytes('0') }]])
      const [outcome] = await runProcesses({ count: 1, task: 'write', turns: 2 })
      deepEqual(outcome?.timers, [])
      equal(outcome?.hasEnded, true, 'the process does not end: something keeps it alive')
    },
  },
]

/** Has processes end the same sessions, in the same order, and fails unless each session has ended once. */
async function endOnce(
  task: 'remove' | 'removeGroup',
  shareDatabase: BackendFixture['shareDatabase'],
): Promise<void> {
  const { backend, runProcesses } = await shareDatabase()
  const ids = Array.from({ length: races }, (_, turn) => idOfTurn(turn))
  await fill(backend, ids)
  const outcomes = await runProcesses({ count, task, turns: races })
  deepEqual(rejectedIn(outcomes), [])
  const ended = outcomes.flatMap((outcome) => outcome.ended)
  const endedTwice = ended.filter((id, index) => ended.indexOf(id) !== index)
  const neverEnded = ids.filter((id) => !ended.includes(id))
  deepEqual({ endedTwice, neverEnded }, { endedTwice: [], neverEnded: [] })
}

/** Returns each message once, with how often it occurred. */
function rejectedIn(outcomes: readonly ProcessOutcome[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const message of outcomes.flatMap(({ rejected }) => rejected))
    counts.set(message, (counts.get(message) ?? 0) + 1)
  return [...counts].map(([message, times]) => `${message} (${times} times)`)
}
