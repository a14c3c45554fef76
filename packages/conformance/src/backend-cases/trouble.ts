import { ok } from 'node:assert/strict'
import { setTimeout as wait } from 'node:timers/promises'
import type { SessionBackend } from '@sojourn/core/store'
import { deepEqual } from '../asserts.ts'
import { isEnded, stands } from '../backend-asserts.ts'
import {
  type BackendCase,
  type BreakableBackend,
  bytes,
  ending,
  given,
  makeRow,
  now,
  t0,
} from '../backend-fixture.ts'
import { withTimeout } from '../suite.ts'
import { operationsOn } from './operations.ts'

const needs = ['trouble']
const secret = 'the-data-of-a-session'
const row = makeRow({ value: bytes(secret) })

/** Clause 1: a database in trouble is an error, and never a session that is not there. */
export const troubleCases: readonly BackendCase[] = [
  {
    id: 'B1.3',
    title: 'while the database is in trouble every operation rejects: none says a session is gone',
    needs,
    async run({ openBreakable, patienceMs }) {
      const broken = await inTrouble(await openBreakable(), patienceMs)
      const resolved = broken.filter(({ error }) => error === undefined)
      deepEqual(
        resolved.map(({ operation, value }) => ({ operation, value })),
        [],
      )
    },
  },
  {
    id: 'B1.4',
    title: 'after trouble of the database the backend works, and what stood before stands',
    needs,
    async run({ openBreakable, patienceMs }) {
      const breakable = await openBreakable()
      const { backend, mend } = breakable
      await given(backend, [['stays.a', { value: row.value }]])
      await backend.remove('stays.b', ending(t0))
      await inTrouble(breakable, patienceMs)
      await mend()
      await works(backend, patienceMs)
      await stands(backend, 'stays.a', { row })
      if (backend.supports.revocation)
        await isEnded(backend, 'stays.b', { ended: 'logout', at: t0 })
      await given(backend, [['after.a']])
      await stands(backend, 'after.a', { row: makeRow() })
    },
  },
  {
    id: 'B1.5',
    title: 'the error of an operation repeats no value of a row',
    needs,
    async run({ openBreakable, patienceMs }) {
      for (const { operation, error } of await inTrouble(await openBreakable(), patienceMs))
        ok(!messageOf(error).includes(secret), `the error of ${operation} repeats the value`)
    },
  },
]

/** Breaks the database and tries every operation that the backend supports. */
async function inTrouble({ backend, breakDatabase }: BreakableBackend, patienceMs: number) {
  await given(backend, [
    ['g.a', row],
    ['g.b', row],
  ])
  await breakDatabase()
  const operations = Object.entries(operationsOn(row)).filter(
    ([name]) =>
      (name !== 'scan' || backend.supports.scan) &&
      (!['list', 'removeGroup'].includes(name) || backend.supports.list),
  )
  const tried = []
  for (const [operation, run] of operations)
    tried.push({ operation, ...(await settled(async () => run(backend, now), patienceMs)) })
  return tried
}

/** Returns what a call resolved to, or its error. An operation that hangs fails the case. */
async function settled(
  run: () => Promise<unknown>,
  patienceMs: number,
): Promise<{ value?: unknown; error?: unknown }> {
  const outcome = async () => run()
  return withTimeout(
    outcome().then(
      (value) => ({ value }),
      (error: unknown) => ({ error: error ?? new Error('rejected with nothing') }),
    ),
    patienceMs,
  )
}

/** Waits until the backend has found its database again. */
async function works(backend: SessionBackend, patienceMs: number): Promise<void> {
  const deadline = AbortSignal.timeout(patienceMs)
  while (!deadline.aborted) {
    const { error } = await settled(() => backend.ping(now), patienceMs)
    if (error === undefined) return
    await wait(25)
  }
  ok(false, `the backend does not work ${patienceMs} ms after the trouble is over`)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
