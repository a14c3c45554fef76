import type {
  BackendCall,
  GroupLimit,
  IdentifiedRow,
  InsertOutcome,
  ReplaceOutcome,
  Row,
  SessionBackend,
  Tombstone,
  TouchOutcome,
} from './backend.ts'
import { type Deadline, withDeadline } from './deadline.ts'
import { SessionStoreError } from './errors.ts'
import type { Emit } from './events.ts'
import type { EndReason, SessionId } from './record.ts'
import { isRow } from './row.ts'

/** A backend of which every operation ends, every answer was checked against the contract, and every write may be resent. */
export type GuardedBackend = ReturnType<typeof guardBackend>

/**
 * Puts a backend behind the deadline and the contract. A write whose outcome is unknown is sent once more: row versions
 * and tombstones make that safe (P11). `at` is the manager's now, epoch ms.
 */
export function guardBackend(
  backend: SessionBackend,
  { storeTimeout, emit }: { storeTimeout: number; emit: Emit },
) {
  const once = async <Result>(
    operation: string,
    run: (deadline: Deadline) => Promise<Result>,
    check: (result: Result) => string | undefined,
  ): Promise<Result> => {
    try {
      const result = await withDeadline(run, { ms: storeTimeout, operation })
      const breach = check(result)
      if (breach === undefined) return result
      throw brokenContract(operation, breach)
    } catch (error) {
      if (error instanceof Error) emit('failed', { operation, error })
      throw error
    }
  }
  const twice: typeof once = async (operation, run, check) => {
    try {
      return await once(operation, run, check)
    } catch (error) {
      if (!isUnknownOutcome(error)) throw error
      return once(operation, run, check)
    }
  }

  return {
    find: (id: SessionId, at: number) =>
      once('find', (deadline) => backend.find(id, callAt(at, deadline)), checkFound),
    insert: (id: SessionId, row: Row, { at, limit }: { at: number; limit?: GroupLimit }) =>
      twice(
        'insert',
        (deadline) => backend.insert(id, row, callAt(at, deadline, limit ? { limit } : {})),
        checkInserted,
      ),
    replace: (id: SessionId, row: Row, { at, expected }: { at: number; expected: string }) =>
      twice(
        'replace',
        (deadline) => backend.replace(id, row, callAt(at, deadline, { expected })),
        checkReplaced,
      ),
    touch: (
      id: SessionId,
      times: Pick<Row, 'touchedAt' | 'expiresAt'>,
      { at, expected }: { at: number; expected: Pick<Row, 'version' | 'touchedAt'> },
    ) =>
      once(
        'touch',
        (deadline) => backend.touch(id, times, callAt(at, deadline, { expected })),
        checkTouched,
      ),
    /** `null` when nothing was there to end, `'unseen'` when it was ended here but the reply with its row was lost. */
    async remove(id: SessionId, { at, reason }: { at: number; reason: EndReason }) {
      const run = (deadline: Deadline) => backend.remove(id, callAt(at, deadline, { reason }))
      try {
        return await once('remove', run, checkRemoved)
      } catch (error) {
        if (!isUnknownOutcome(error)) throw error
        const row = await once('remove', run, checkRemoved)
        return row ?? ((await endedHere(id, { at, reason })) ? 'unseen' : null)
      }
    },
    list: (group: string, at: number) =>
      once('list', (deadline) => backend.list(group, callAt(at, deadline)), checkListed),
    removeGroup: (
      group: string,
      { at, reason, except }: { at: number; reason: EndReason; except?: SessionId },
    ) =>
      twice(
        'removeGroup',
        (deadline) =>
          backend.removeGroup(
            group,
            callAt(at, deadline, except === undefined ? { reason } : { reason, except }),
          ),
        checkCount,
      ),
    ping: (at: number) =>
      once(
        'ping',
        (deadline) => backend.ping(callAt(at, deadline)),
        () => undefined,
      ),
  }

  async function endedHere(id: SessionId, { at, reason }: { at: number; reason: EndReason }) {
    const found = await once(
      'find',
      (deadline) => backend.find(id, callAt(at, deadline)),
      checkFound,
    )
    return found !== null && 'ended' in found && found.ended === reason && found.at === at
  }
}

/** The last argument of an operation. The signal is passed on unread: making it costs more than the deadline. */
function callAt<Extra extends object = object>(
  at: number,
  deadline: Deadline,
  extra?: Extra,
): BackendCall & Extra {
  const call = { at, ...extra } as BackendCall & Extra
  return Object.defineProperty(call, 'signal', { get: () => deadline.signal, enumerable: true })
}

function isUnknownOutcome(error: unknown): boolean {
  return (
    error instanceof SessionStoreError &&
    (error.code === 'ERR_STORE_TIMEOUT' || error.code === 'ERR_STORE_UNAVAILABLE')
  )
}

function brokenContract(operation: string, breach: string): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_CONTRACT',
    `The backend broke its contract in '${operation}': ${breach}. ` +
      'Run the conformance suite @sojourn/conformance/backend against it.',
  )
}

function checkFound(found: Row | Tombstone | null): string | undefined {
  if (found === null) return undefined
  if (typeof found === 'object' && ('ended' in found || isRow(found))) return undefined
  return 'it answered neither a row, a tombstone nor null (clause 4)'
}

function checkInserted(outcome: InsertOutcome): string | undefined {
  if (outcome?.inserted === true && Array.isArray(outcome.evicted)) return undefined
  if (outcome?.inserted === false && ['taken', 'limit'].includes(outcome.why)) return undefined
  return 'it did not say whether the row was inserted (clauses 1 and 2)'
}

function checkReplaced(outcome: ReplaceOutcome): string | undefined {
  if (outcome === 'replaced' || outcome === 'gone') return undefined
  if (typeof outcome === 'object' && outcome?.conflict && isRow(outcome.conflict)) return undefined
  return 'it did not say whether the row was replaced (clauses 1 and 2)'
}

function checkTouched(outcome: TouchOutcome): string | undefined {
  if (['touched', 'gone', 'conflict'].includes(outcome)) return undefined
  return 'it did not say whether the row was touched (clauses 1 and 2)'
}

function checkRemoved(row: Row | null): string | undefined {
  if (row === null || (typeof row === 'object' && isRow(row))) return undefined
  return 'it answered neither the row that it ended nor null (clause 3)'
}

function checkListed(rows: readonly IdentifiedRow[]): string | undefined {
  const areRows =
    Array.isArray(rows) &&
    rows.every((row: IdentifiedRow) => typeof row.id === 'string' && isRow(row))
  return areRows ? undefined : 'it did not answer rows with their ids (clause 5)'
}

function checkCount(count: number): string | undefined {
  return Number.isInteger(count) ? undefined : 'it did not answer how many it ended (clause 1)'
}
