import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import {
  type ControlledBackend,
  controlledBackend,
  createVisitor,
  type PendingRequest,
  type TestData,
  type Visitor,
} from '@sojourn/conformance/testing'
import { vi } from 'vitest'
import { keyedStore } from '../src/keyed/keyed-store.ts'
import { createSessionManager, type SessionManager } from '../src/manager/manager.ts'
import type { SessionOptions } from '../src/options/options.ts'
import { devConfig } from '../src/options/presets.ts'
import type { SessionId } from '../src/record/record.ts'
import type { Session } from '../src/session/session.ts'
import type { Row } from '../src/store/backend.ts'

/** A backend in memory, the control over it, and the rows that it holds. */
export interface TestBackend extends ControlledBackend {
  readonly rows: Entries
}

/** Returns true for the row by which `revokeEverybody` works. */
export const isEpochRow = (id: SessionId): boolean => id.startsWith('revoke-everybody.')

/** Returns an empty backend in memory. Unless it `scans`, the look-up of the epochs is not among its calls. */
export function testBackend({ scans = false } = {}): TestBackend {
  const rows: Entries = new Map()
  return { ...controlledBackend(referenceBackend({ entries: rows, scans })), rows }
}

/** A manager over a backend in memory, and a clock that only the test moves. */
export interface TestManager extends TestBackend {
  readonly manager: SessionManager<TestData>
  readonly clock: { now: number }
}

/** Returns a manager in development. By default it has a backend and a secret of its own. */
export function testManager(
  { secretKey = randomBytes(32), ...options }: Partial<SessionOptions> = {},
  over: TestBackend = testBackend(),
): TestManager {
  const clock = { now: Date.UTC(2026, 10, 21) }
  const store = keyedStore(over.backend)
  const warn = () => undefined
  const config = devConfig(secretKey, { store, clock: () => clock.now, warn, ...options })
  return { ...over, manager: createSessionManager<TestData>(config), clock }
}

/** Makes a whole request, as `visitor.request` does, and returns it with its session and its response. */
export async function visit(
  visitor: Visitor,
  handle: (session: Session<TestData>) => unknown = () => undefined,
): Promise<PendingRequest> {
  const request = await visitor.begin()
  await handle(request.session)
  await request.finish()
  return request
}

/** Returns a manager whose user is logged in and has `{ n: 1 }` as data, and the row of that session. */
export async function signedIn(options: Partial<SessionOptions> = {}): Promise<
  TestManager & {
    readonly visitor: Visitor
    readonly id: SessionId
    readonly row: Row
    /** Changes fields of the row as it was after the login. */
    put(fields: object): void
  }
> {
  const made = testManager(options)
  const visitor = createVisitor(made.manager)
  const { session } = await visit(visitor, async (first) => {
    await first.login('user-1')
    first.data['n'] = 1
  })
  made.calls.length = 0
  const row = rowOf(made.rows, session.id)
  const put = (fields: object) => void made.rows.set(session.id, { ...row, ...fields })
  return { ...made, visitor, id: session.id, row, put }
}

/** Returns the row of a live session. */
export function rowOf(rows: Entries, id: SessionId): Row {
  const row = rows.get(id)
  if (row && 'value' in row) return row
  throw new Error(`There is no row ${id}`)
}

/** Returns the value of a row whose data is `{ n: 1 }`, with other bytes in place of its data. */
export function withData({ value }: Row, data: string): Uint8Array {
  return Buffer.concat([value.slice(0, -'{"n":1}'.length), Buffer.from(data)])
}

/** Runs `run`, whose timers go off one after another as soon as nothing else is left to do. */
export async function timeless<Result>(run: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const running = run()
    running.catch(() => undefined)
    await vi.runAllTimersAsync()
    return await running
  } finally {
    vi.useRealTimers()
  }
}
