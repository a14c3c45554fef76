import { SessionStoreError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { EndReason, SessionId } from '../record/record.ts'
import type { BackendCall, GroupLimit, Row, SessionBackend } from '../store/backend.ts'
import {
  brokenContract,
  checkCount,
  checkFound,
  checkInserted,
  checkListed,
  checkRemoved,
  checkReplaced,
  checkTouched,
} from './check-results.ts'
import { type Deadline, withDeadline } from './deadline.ts'

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
      const result = await withDeadline(run, { timeoutMs: storeTimeout, operation })
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
    insert: (
      id: SessionId,
      row: Row,
      { at, ...extra }: { at: number; limit?: GroupLimit; isSolitary?: boolean },
    ) =>
      twice(
        'insert',
        (deadline) => backend.insert(id, row, callAt(at, deadline, extra)),
        checkInserted,
      ),
    /** A conflict after a resend that neither shows my write nor excludes it is the first failure: outcome unknown. */
    async replace(id: SessionId, row: Row, { at, expected }: { at: number; expected: string }) {
      const run = (deadline: Deadline) =>
        backend.replace(id, row, callAt(at, deadline, { expected }))
      try {
        return await once('replace', run, checkReplaced)
      } catch (error) {
        if (!isUnknownOutcome(error)) throw error
        const outcome = await once('replace', run, checkReplaced)
        if (typeof outcome === 'string' || isSure(outcome.conflict, [row.version, expected]))
          return outcome
        throw error
      }
    },
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
      once(
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
  const call: object = { at, ...extra, [deadlineKey]: deadline }
  return Object.defineProperty(call, 'signal', signal) as BackendCall & Extra // the signal is defined in this line
}

const deadlineKey = Symbol('deadline')

/** One getter for all calls: V8 makes a hidden class for each object that has a getter of its own. */
const signal: PropertyDescriptor = {
  enumerable: true,
  get(this: { readonly [deadlineKey]: Deadline }) {
    return this[deadlineKey].signal
  },
}

/** Whether a row tells what became of a write: it descends from it, or from the version that it was written over. */
function isSure(row: Row, versions: readonly string[]): boolean {
  return versions.some((version) => row.version === version || row.priorVersions.includes(version))
}

function isUnknownOutcome(error: unknown): boolean {
  return (
    error instanceof SessionStoreError &&
    (error.code === 'ERR_STORE_TIMEOUT' || error.code === 'ERR_STORE_UNAVAILABLE')
  )
}
