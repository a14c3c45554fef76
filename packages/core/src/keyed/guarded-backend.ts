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
import { type Deadline, withDeadline } from './deadline.ts'
import { descendsFrom } from './rows.ts'

/** A backend behind `guardBackend`. */
export type GuardedBackend = ReturnType<typeof guardBackend>

/**
 * Wraps a backend so that callers can rely on it:
 *
 * - Every attempt settles within `storeTimeout` ms (deadline.ts, P8).
 * - A result that breaks the contract becomes the error `ERR_STORE_CONTRACT` (check-results.ts).
 * - `insert`, `replace` and `remove` are sent a second time if the outcome of the first attempt is unknown. Row
 *   versions and tombstones make that safe: the write is applied once (P11).
 * - Every failed attempt is emitted as `failed`.
 *
 * In all operations `at` is the manager's now, in epoch ms.
 */
export function guardBackend(
  backend: SessionBackend,
  { storeTimeout, emit }: { storeTimeout: number; emit: Emit },
) {
  const attempt = async <Result>(
    operation: string,
    run: (deadline: Deadline) => Promise<Result>,
    check: (result: Result) => string | undefined,
    timeoutMs = storeTimeout,
  ): Promise<Result> => {
    try {
      const result = await withDeadline(run, { timeoutMs, operation })
      const breach = check(result)
      if (breach === undefined) return result
      throw contractError(operation, breach)
    } catch (error) {
      if (error instanceof Error) emit('failed', { operation, error })
      throw error
    }
  }
  const attemptTwice: typeof attempt = async (operation, run, check) => {
    try {
      return await attempt(operation, run, check)
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error
      return attempt(operation, run, check)
    }
  }

  return {
    find: (id: SessionId, at: number) =>
      attempt('find', (deadline) => backend.find(id, callAt(at, deadline)), checkFound),
    insert: (
      id: SessionId,
      row: Row,
      { at, ...extra }: { at: number; limit?: GroupLimit; isSolitary?: boolean },
    ) =>
      attemptTwice(
        'insert',
        (deadline) => backend.insert(id, row, callAt(at, deadline, extra)),
        checkInserted,
      ),
    /**
     * After a resend, a conflict is conclusive only if its row descends from this write, which was then applied, or
     * from `expected`, which others have then overwritten. Otherwise the outcome stays unknown, and the first error is
     * thrown.
     */
    async replace(id: SessionId, row: Row, { at, expected }: { at: number; expected: string }) {
      const run = (deadline: Deadline) =>
        backend.replace(id, row, callAt(at, deadline, { expected }))
      try {
        return await attempt('replace', run, checkReplaced)
      } catch (error) {
        if (!isUnknownOutcome(error)) throw error
        const outcome = await attempt('replace', run, checkReplaced)
        if (typeof outcome === 'string') return outcome
        const { conflict } = outcome
        if (descendsFrom(conflict, row.version) || descendsFrom(conflict, expected)) return outcome
        throw error
      }
    },
    touch: (
      id: SessionId,
      times: Pick<Row, 'touchedAt' | 'expiresAt'>,
      { at, expected }: { at: number; expected: Pick<Row, 'version' | 'touchedAt'> },
    ) =>
      attempt(
        'touch',
        (deadline) => backend.touch(id, times, callAt(at, deadline, { expected })),
        checkTouched,
      ),
    /**
     * Returns the row that it ended, `null` if there was none to end, or `'row-lost'` if the first attempt ended one and
     * its reply was lost.
     */
    async remove(id: SessionId, { at, reason }: { at: number; reason: EndReason }) {
      const run = (deadline: Deadline) => backend.remove(id, callAt(at, deadline, { reason }))
      try {
        return await attempt('remove', run, checkRemoved)
      } catch (error) {
        if (!isUnknownOutcome(error)) throw error
        const row = await attempt('remove', run, checkRemoved)
        return row ?? ((await hasTombstone(id, { at, reason })) ? 'row-lost' : null)
      }
    },
    list: (group: string, at: number) =>
      attempt('list', (deadline) => backend.list(group, callAt(at, deadline)), checkListed),
    removeGroup: (
      group: string,
      { at, reason, except }: { at: number; reason: EndReason; except?: SessionId },
    ) =>
      attempt(
        'removeGroup',
        (deadline) =>
          backend.removeGroup(
            group,
            callAt(at, deadline, except === undefined ? { reason } : { reason, except }),
          ),
        checkRemovedGroup,
      ),
    /** Yields every live row. Each one has a deadline of its own: a database may have many keys between two of them. */
    async *scan(at: number): AsyncIterable<IdentifiedRow> {
      const signal = new AbortController().signal
      const iterator = backend.scan({ at, signal })[Symbol.asyncIterator]()
      for (;;) {
        const next = await attempt('scan', () => iterator.next(), nothingToCheck, 30 * storeTimeout)
        if (next.done) return
        yield next.value
      }
    },
    ping: (at: number) =>
      attempt('ping', (deadline) => backend.ping(callAt(at, deadline)), nothingToCheck),
    /** Returns the time of the database, in epoch ms; `undefined` if the backend has no `now`. */
    now: async (at: number) =>
      backend.now &&
      attempt('now', async (deadline) => backend.now?.(callAt(at, deadline)), checkNow),
  }

  /** Returns true if the tombstone of the session is the one that a `remove` with this time and reason leaves. */
  async function hasTombstone(id: SessionId, { at, reason }: { at: number; reason: EndReason }) {
    const found = await attempt(
      'find',
      (deadline) => backend.find(id, callAt(at, deadline)),
      checkFound,
    )
    return found !== null && 'ended' in found && found.ended === reason && found.at === at
  }
}

function nothingToCheck(): undefined {}

/** Returns the last argument of an operation. */
function callAt<Extra extends object = object>(
  at: number,
  deadline: Deadline,
  extra?: Extra,
): BackendCall & Extra {
  return Object.assign(new Call(at, deadline), extra)
}

/** Its signal is a getter of the class: reading it makes the signal, and a getter of each object costs more than a call. */
class Call implements BackendCall {
  readonly at: number
  readonly #deadline: Deadline

  constructor(at: number, deadline: Deadline) {
    this.at = at
    this.#deadline = deadline
  }

  get signal(): AbortSignal {
    return this.#deadline.signal
  }
}

function isUnknownOutcome(error: unknown): boolean {
  return (
    error instanceof SessionStoreError &&
    (error.code === 'ERR_STORE_TIMEOUT' || error.code === 'ERR_STORE_UNAVAILABLE')
  )
}
