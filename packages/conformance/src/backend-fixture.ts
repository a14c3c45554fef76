import type { EndReason, SessionId } from '@sojourn/core'
import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'
import { startOfCases } from './operation-log.ts'
import type { Contention, ProcessOutcome } from './processes.ts'
import type { CaseDefinition } from './suite.ts'

/** What each case of the backend suite gets: a backend of its own, and the means to run races on it. */
export interface BackendFixture {
  readonly backend: SessionBackend
  /** Opens two backends on one database with the prefixes `a:` and `a:b:`, so that the second begins with the first. */
  openPair(): Promise<readonly [SessionBackend, SessionBackend]>
  /** Runs a race several times, each with its own seed and group. */
  races(play: (group: string) => Promise<void>): Promise<void>
  /** Starts operations concurrently, in an order that the seed determines. */
  parallel<Operations extends readonly (() => unknown)[] | []>(
    operations: Operations,
  ): Promise<Outcomes<Operations>>
  /** How long a case may wait for an effect of real time, in ms. */
  readonly realTimeMs: number
  /** The time limit of an operation that has nothing to wait for, in ms. */
  readonly patienceMs: number
  /** Opens a backend on a database that the case may break. */
  openBreakable(): Promise<BreakableBackend>
  /** Returns how many entries the database holds. */
  size(): Promise<number>
  /** Opens a backend on a database that processes share. */
  shareDatabase(): Promise<SharedDatabase>
}

/** A backend, and the means to bring its database into trouble. */
export interface BreakableBackend {
  readonly backend: SessionBackend
  /** Makes every operation of the database fail, below the backend: stops the server, or closes the file. */
  breakDatabase(): void | Promise<void>
  /** Ends the trouble. The database has kept what was in it. */
  mend(): void | Promise<void>
}

/** A database on which several processes work. */
interface SharedDatabase {
  /** A backend in this process. */
  readonly backend: SessionBackend
  runProcesses(contention: Contention): Promise<ProcessOutcome[]>
}

/** The outcome of each operation, in their order. */
export type Outcomes<Operations extends readonly (() => unknown)[]> = {
  -readonly [Index in keyof Operations]: Awaited<ReturnType<Operations[Index]>>
}

/** A case of the backend suite. */
export type BackendCase = CaseDefinition<BackendFixture>

/** The start of each case, in epoch ms. Differs from the machine's clock, because backends must use `at` alone. */
export const t0 = startOfCases
export const second = 1_000
export const hour = 3_600 * second

/** Returns the last argument of an operation. */
export function callAt(at: number): BackendCall {
  return { at, signal: new AbortController().signal }
}

/** A call at the start of the case. Each read of `signal` makes one, as in core: operations do not share signals. */
export const now: BackendCall = {
  at: t0,
  get signal() {
    return new AbortController().signal
  },
}

/** Returns a row that expires an hour after `t0`. */
export function makeRow(fields: Partial<Row> = {}): Row {
  return {
    version: 'v1',
    priorVersions: [],
    touchedAt: t0,
    expiresAt: t0 + hour,
    value: bytes('kept'),
    ...fields,
  }
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Inserts rows and returns them. Throws if an insert is refused. */
export async function given(
  backend: SessionBackend,
  rows: readonly (readonly [SessionId, Partial<Row>?])[],
): Promise<Row[]> {
  const made = rows.map(([id, fields]) => ({ id, row: makeRow(fields) }))
  for (const { id, row } of made) {
    const { inserted } = await backend.insert(id, row, now)
    if (!inserted) throw new Error(`insert refused the new id ${JSON.stringify(id)} (clause 2)`)
  }
  return made.map(({ row }) => row)
}

/** Inserts many rows, some at a time. Throws if an insert is refused. */
export async function fill(
  backend: SessionBackend,
  ids: readonly SessionId[],
  fields: Partial<Row> = {},
): Promise<void> {
  const atOnce = 50
  for (let start = 0; start < ids.length; start += atOnce) {
    const some = ids.slice(start, start + atOnce)
    await Promise.all(some.map((id) => given(backend, [[id, fields]])))
  }
}

/** Returns the last argument of `remove` and `removeGroup`. */
export function ending(at: number, reason: EndReason = 'logout') {
  return { ...callAt(at), reason }
}
