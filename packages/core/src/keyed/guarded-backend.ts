import { SessionStoreError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { EndReason, SessionId } from '../record/record.ts'
import type {
  BackendCall,
  GroupLimit,
  IdentifiedRow,
  Row,
  SessionBackend,
} from '../store/backend.ts'
import type { StoreUsers } from '../store/store.ts'
import type { BackendOperation, Tracing } from '../tracing.ts'
import { type Awaitable, orElse } from '../util/and-then.ts'
import {
  checkFound,
  checkInserted,
  checkListed,
  checkNow,
  checkRemoved,
  checkRemovedGroup,
  checkReplaced,
  checkTouched,
  contractError,
} from './check-results.ts'
import { Deadline, withDeadline } from './deadline.ts'
import { descendsFrom } from './rows.ts'

/** A backend behind `guardBackend`. */
export type GuardedBackend = ReturnType<typeof guardBackend>

/**
 * Wraps a backend so that callers can rely on it:
 *
 * - Every attempt settles within `storeTimeout` ms (deadline.ts, P8). What the backend returns at once stays so.
 * - A result that breaks the contract becomes the error `ERR_STORE_CONTRACT` (check-results.ts).
 * - `insert`, `replace` and `remove` are sent a second time if the outcome of the first attempt is unknown. Row
 *   versions and tombstones make that safe: the write is applied once (P11).
 * - Every failed attempt is emitted as `failed`.
 * - Every attempt is traced, but for the steps of a scan, which are as many as there are rows.
 *
 * In all operations `at` is the manager's now, in epoch ms.
 */
export function guardBackend(
  backend: SessionBackend,
  options: { storeTimeout: number; emit: Emit; tracing?: Tracing },
) {
  const { storeTimeout } = options
  const { attempt, attemptUntraced } = createAttempts(options)
  const attemptTwice: typeof attempt = (operation, at, run, check) =>
    resendIfUnknown(attempt(operation, at, run, check), () => attempt(operation, at, run, check))

  return {
    find: (id: SessionId, at: number) =>
      attempt('find', at, (call) => backend.find(id, call), checkFound),
    insert: (
      id: SessionId,
      row: Row,
      {
        at,
        limit,
        isSolitary = false,
      }: { at: number; limit?: GroupLimit | undefined; isSolitary?: boolean },
    ) => {
      const extra = limit ? { limit, isSolitary } : { isSolitary }
      return attemptTwice(
        'insert',
        at,
        (call) => backend.insert(id, row, Object.assign(call, extra)),
        checkInserted,
      )
    },
    /**
     * After a resend, a conflict is conclusive only if its row descends from this write, which was then applied, or
     * from `expected`, which others have then overwritten. Otherwise the outcome stays unknown, and the first error is
     * thrown.
     */
    replace(id: SessionId, row: Row, { at, expected }: { at: number; expected: string }) {
      const run = (call: Call) => backend.replace(id, row, Object.assign(call, { expected }))
      const first = attempt('replace', at, run, checkReplaced)
      return resendIfUnknown(first, async (error) => {
        const outcome = await attempt('replace', at, run, checkReplaced)
        if (typeof outcome === 'string') return outcome
        const { conflict } = outcome
        if (descendsFrom(conflict, row.version) || descendsFrom(conflict, expected)) return outcome
        throw error
      })
    },
    touch: (
      id: SessionId,
      times: Pick<Row, 'touchedAt' | 'expiresAt'>,
      { at, expected }: { at: number; expected: Pick<Row, 'version' | 'touchedAt'> },
    ) =>
      attempt(
        'touch',
        at,
        (call) => backend.touch(id, times, Object.assign(call, { expected })),
        checkTouched,
      ),
    /**
     * Returns the row that it ended, `null` if there was none to end, or `'row-lost'` if the first attempt ended one and
     * its reply was lost.
     */
    async remove(id: SessionId, { at, reason }: { at: number; reason: EndReason }) {
      const run = (call: Call) => backend.remove(id, Object.assign(call, { reason }))
      try {
        return await attempt('remove', at, run, checkRemoved)
      } catch (error) {
        if (!isUnknownOutcome(error)) throw error
        const row = await attempt('remove', at, run, checkRemoved)
        return row ?? ((await hasTombstone(id, { at, reason })) ? 'row-lost' : null)
      }
    },
    list: (group: string, at: number) =>
      attempt('list', at, (call) => backend.list(group, call), checkListed),
    removeGroup: (
      group: string,
      { at, ...options }: { at: number } & Parameters<StoreUsers['endAll']>[1],
    ) =>
      attempt(
        'removeGroup',
        at,
        (call) => backend.removeGroup(group, Object.assign(call, options)),
        checkRemovedGroup,
      ),
    /**
     * Yields every live row. Each one has a deadline of its own: a database may have many keys between two of them. `signal` ends
     * the scan with its reason. However it ends, the backend is told by its own signal, because it may be between two rows.
     */
    async *scan(at: number, signal?: AbortSignal): AsyncGenerator<IdentifiedRow, void> {
      signal?.throwIfAborted()
      const ended = new AbortController()
      const end = () => ended.abort()
      signal?.addEventListener('abort', end)
      let iterator: AsyncIterator<IdentifiedRow> | undefined
      const step = async (): Promise<IteratorResult<IdentifiedRow, undefined>> => {
        try {
          iterator ??= backend.scan({ at, signal: ended.signal })[Symbol.asyncIterator]()
          return await iterator.next()
        } catch (error) {
          if (signal?.aborted) return { done: true, value: undefined } // no failure of the backend
          throw error
        }
      }
      const next = () => attemptUntraced('scan', at, step, nothingToCheck, 30 * storeTimeout)
      try {
        for (let row = await next(); !row.done; row = await next()) yield row.value
        signal?.throwIfAborted()
      } finally {
        signal?.removeEventListener('abort', end)
        end()
        // Of a scan that was left early. A backend that is in trouble may never settle this.
        const leave = async () => iterator?.return?.()
        leave().catch(() => undefined)
      }
    },
    ping: (at: number) => attempt('ping', at, (call) => backend.ping(call), nothingToCheck),
    /** Returns the time of the database, in epoch ms; `undefined` if the backend has no `now`. */
    now: async (at: number) =>
      backend.now && attempt('now', at, async (call) => backend.now?.(call), checkNow),
  }

  /** Returns true if the tombstone of the session is the one that a `remove` with this time and reason leaves. */
  async function hasTombstone(id: SessionId, { at, reason }: { at: number; reason: EndReason }) {
    const found = await attempt('find', at, (call) => backend.find(id, call), checkFound)
    return found !== null && 'ended' in found && found.ended === reason && found.at === at
  }
}

/** Creates what runs one attempt of an operation, for tracers or without. */
function createAttempts({
  storeTimeout,
  emit,
  tracing,
}: {
  storeTimeout: number
  emit: Emit
  tracing?: Tracing
}) {
  const attemptUntraced = <Result>(
    operation: BackendOperation | 'scan',
    at: number,
    run: (call: Call) => Awaitable<Result>,
    check: (result: Result) => string | undefined,
    timeoutMs = storeTimeout,
  ): Awaitable<Result> =>
    withDeadline(run, {
      timeoutMs,
      operation,
      deadline: new Call(at),
      errorOf(result) {
        const breach = check(result)
        return breach === undefined ? undefined : contractError(operation, breach)
      },
      onError: (error) => emit('failed', { operation, error }),
    })
  const attempt = <Result>(
    operation: BackendOperation,
    at: number,
    run: (call: Call) => Awaitable<Result>,
    check: (result: Result) => string | undefined,
  ): Awaitable<Result> =>
    tracing?.isActive
      ? tracing.run(operation, async () => attemptUntraced(operation, at, run, check))
      : attemptUntraced(operation, at, run, check)
  return { attempt, attemptUntraced }
}

function nothingToCheck(): undefined {}

/** The last argument of an operation; what is particular to the operation is added to it. */
class Call extends Deadline implements BackendCall {
  readonly at: number

  constructor(at: number) {
    super()
    this.at = at
  }
}

/** Returns the outcome of a first attempt, or that of `resend` if it is unknown; `resend` is given why. */
function resendIfUnknown<Result>(
  first: Awaitable<Result>,
  resend: (error: unknown) => Awaitable<Result>,
): Awaitable<Result> {
  return orElse(first, (error) => {
    if (!isUnknownOutcome(error)) throw error
    return resend(error)
  })
}

function isUnknownOutcome(error: unknown): boolean {
  return (
    error instanceof SessionStoreError &&
    (error.code === 'ERR_STORE_TIMEOUT' || error.code === 'ERR_STORE_UNAVAILABLE')
  )
}
