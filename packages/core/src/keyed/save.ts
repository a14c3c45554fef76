import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { SessionConflictError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import type { SessionIds } from '../record/session-ids.ts'
import { mintVersion } from '../record/token.ts'
import type { ReplaceOutcome, TouchOutcome } from '../store/backend.ts'
import { isChange, isChangeOtherThanLeave } from '../store/changes.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, SaveOutcome, SessionStore } from '../store/store.ts'
import { type Awaitable, andThen, rejectThrown } from '../util/and-then.ts'
import type { KeyedContext } from './context.ts'
import { type TimeBudget, withTimeBudget } from './deadline.ts'
import type { RowOrigin } from './keyed-session.ts'
import { planWrite, type WritePlan } from './plan-write.ts'
import { createQueue } from './queue.ts'
import { descendsFrom, type KeyedRows, nextLineage } from './rows.ts'
import { savedOutcome } from './saved-outcome.ts'

/**
 * The result of one conditional write:
 *
 * - `'applied'`: the write was applied.
 * - `'applied-then-elevated'`: the write was applied, and another request has elevated the session since. The planned
 *   token opens nothing any more and is not sent.
 * - `'skipped'`: another request has touched or changed the row, so this touch is not needed.
 * - `'ended'`: the session is gone or has ended, or its row is none of this manager (rows.ts).
 * - `{ conflict }`: another request has changed the row; `conflict` is the session as it is now.
 */
type WriteOutcome = 'applied' | 'applied-then-elevated' | 'skipped' | 'ended' | Conflict

/** The session as another request has left it. */
interface Conflict {
  readonly conflict: OpenedSession
}

/** What one attempt of a save brings together. */
interface SaveAttempt {
  /** The session as the request opened it. */
  readonly opened: OpenedSession
  readonly changes: Changes
  /** The session as far as it is known now; `opened` at first. */
  readonly current: OpenedSession
  readonly isFirst: boolean
}

/**
 * Returns the `save` of a keyed store: a loop of optimistic writes.
 *
 *     ┌──▶ plan      decide what to write over the row as it was read (plan-write.ts): merge the data, run `update`,
 *     │      │       take the step of rotation that is due; the result is a `replace`, a `touch` or nothing
 *     │      ▼
 *     │    send      write, on condition that the row still has the version that was read
 *     │      │
 *     └── conflict   another request has written in between: plan again on its row
 *
 * The loop ends when the write is applied, when there is nothing to write, when the session has ended or is leaving for
 * another store, or when `authority` is not the one that the request loaded: then another request has elevated the
 * session, and changes are refused as `superseded` (P4). After each conflict but the first, the loop pauses for a
 * random time of at most 63 ms.
 *
 * **Queue.** Saves with changes run one after another per session within the process, so nearly all conflicts come from
 * other processes (queue.ts). Saves that only touch do not queue: one succeeds, then no touch is due for the others.
 *
 * **Time budget.** After 5 × `storeTimeout`, not counting the time in the queue, the loop makes no further attempt. A
 * save that is still pending one `storeTimeout` later, as when its `update` does not settle, is rejected. Most saves are
 * done before a budget is of use, and have none (`saveInTime`).
 *
 * @throws SessionConflictError `ERR_SESSION_CONFLICT` when the time budget is exhausted.
 */
export function createSave(context: KeyedContext): SessionStore['save'] {
  const { backend, rows, codec, env } = context
  const { clock, ids, policy, emit } = env
  const queue = createQueue()

  return (opened, changes) => {
    const task = () => rejectThrown(() => saveInTime(opened, changes))
    return isChange(changes) ? queue(opened.record.id, task) : task()
  }

  /**
   * The first attempt needs no timer: one operation with a deadline of its own. If it took longer, the process stood
   * still, which the budget does not count. Not so with an `update`, which is code of the application.
   */
  function saveInTime(opened: OpenedSession, changes: Changes): Awaitable<SaveOutcome> {
    const totalMs = 5 * policy.storeTimeout
    const timedOut = () => saveTimedOut(opened)
    if (changes.update)
      return withTimeBudget(
        totalMs,
        (budget) => saveOver({ opened, changes, current: opened, isFirst: true }, budget),
        timedOut,
      )
    const startedAt = performance.now()
    const attempt = attemptSave({ opened, changes, current: opened, isFirst: true })
    return andThen(attempt, (outcome) =>
      'conflict' in outcome
        ? withTimeBudget(
            totalMs - Math.min(performance.now() - startedAt, policy.storeTimeout),
            (budget) =>
              saveOver({ opened, changes, current: outcome.conflict, isFirst: false }, budget),
            timedOut,
            policy.storeTimeout,
          )
        : outcome,
    )
  }

  /** Makes one attempt after another, each over what the one before has found. */
  async function saveOver(first: SaveAttempt, budget: TimeBudget): Promise<SaveOutcome> {
    // The next attempt may call the application, by `merge` or an event: not before its caller has occupied its queue.
    if (!first.isFirst) await undefined
    let [attempt, number] = [first, first.isFirst ? 0 : 1]
    for (; !budget.isExhausted(); number++) {
      const outcome = await attemptSave(attempt, budget)
      if (!('conflict' in outcome)) return outcome
      attempt = { ...first, current: outcome.conflict, isFirst: false }
      if (number > 0 && !budget.isExhausted())
        await wait(randomInt(1, 2 ** Math.min(number + 1, 6)))
    }
    throw alwaysConflicting(first.opened, number)
  }

  /** Makes one attempt. Returns `{ conflict }` if another one is needed, over that session. */
  function attemptSave(
    attempt: SaveAttempt,
    budget?: TimeBudget,
  ): Awaitable<SaveOutcome | Conflict> {
    const { opened, changes, current } = attempt
    const refused = outcomeOfRefusal(attempt, ids)
    if (refused) return refused
    const wanted = { changes, presented: rows.originOf(opened).presented }
    const planning = planWrite(current, wanted, { at: clock(), codec, policy, emit })
    return andThen(planning, (plan) =>
      // An update() that took too long: the save may have been rejected already.
      budget?.isExhausted() ? { conflict: current } : carryOut(plan, attempt),
    )
  }

  /** Makes the write that was planned, if there is one. A touch alone would leave a signature by an older key in place. */
  function carryOut(
    planned: WritePlan,
    { changes, current, isFirst }: SaveAttempt,
  ): Awaitable<SaveOutcome | Conflict> {
    if (planned.operation === 'none')
      return changes.update && isFirst ? confirmNewest(current) : { saved: true, opened: current }
    const isTouch = planned.operation === 'touch'
    const plan: WritePlan =
      isTouch && rows.mustSignAnew(current) ? { ...planned, operation: 'replace' } : planned
    const write = { ...plan, next: rows.withOrigin(plan.next, originOfNext(rows, plan, current)) }
    return andThen(send(write, current), (said) => {
      const outcome = outcomeOf(said, write.next, current)
      if (outcome === 'skipped') return { saved: true, opened: current }
      if (outcome === 'ended') return { saved: false, why: 'ended' }
      if (typeof outcome === 'object') return outcome
      const sent = outcome === 'applied' ? write : { ...write, token: undefined }
      return savedOutcome(context, sent, current)
    })
  }

  /** Sends the write. It is applied only if the row still has the version of `current`. */
  function send(
    { operation, next }: WritePlan,
    current: OpenedSession,
  ): Awaitable<ReplaceOutcome | TouchOutcome> {
    const { id } = next.record
    const { version } = rows.originOf(current).lineage
    if (operation === 'touch') {
      const times = { touchedAt: next.touchedAt, expiresAt: rows.expiryOf(next) }
      const expected = { version, touchedAt: current.touchedAt }
      return backend.touch(id, times, { at: next.touchedAt, expected })
    }
    // A database counts down from `at` to `expiresAt`. A server whose clock is behind must not make that longer.
    const at = Math.max(clock(), next.touchedAt)
    return backend.replace(id, rows.write(next), { at, expected: version })
  }

  /**
   * Returns the outcome of a write by what the backend says of it. One request per touch window succeeds in touching, the
   * others skip it (P7). If a conflict shows a row that descends from the version written, the write was applied and
   * its reply was lost (P11).
   */
  function outcomeOf(
    said: ReplaceOutcome | TouchOutcome,
    next: OpenedSession,
    current: OpenedSession,
  ): WriteOutcome {
    if (said === 'replaced' || said === 'touched') return 'applied'
    if (said === 'gone') return 'ended'
    if (said === 'conflict') return 'skipped'
    const { presented } = rows.originOf(current)
    const conflict = rows.readAndCheckData(next.record.id, said.conflict, presented)
    if (typeof conflict === 'string') return 'ended'
    if (!descendsFrom(said.conflict, rows.originOf(next).lineage.version)) return { conflict }
    return conflict.record.authority === next.record.authority ? 'applied' : 'applied-then-elevated'
  }

  /**
   * Returns the outcome of an `update` that changes nothing: a conflict if another request has written in between. No write
   * of its own would show that it ran on old data.
   */
  async function confirmNewest(current: OpenedSession): Promise<SaveOutcome | Conflict> {
    const { id } = current.record
    const { lineage, presented } = rows.originOf(current)
    const found = await backend.find(id, clock())
    if (found === null || 'ended' in found) return { saved: false, why: 'ended' }
    if (found.version === lineage.version) return { saved: true, opened: current }
    const newest = rows.readAndCheckData(id, found, presented)
    return typeof newest === 'string' ? { saved: false, why: 'ended' } : { conflict: newest }
  }
}

/** Returns the origin of the session once the write is applied. */
function originOfNext(
  rows: KeyedRows,
  { operation, rotated, token }: WritePlan,
  current: OpenedSession,
): RowOrigin {
  const origin = rows.originOf(current)
  if (operation === 'touch') return origin
  const { lineage, presented } = origin
  const isNewToken = rotated === 'cause' && token !== undefined
  return {
    lineage: nextLineage(lineage, mintVersion()),
    presented: isNewToken ? { ...token, isSignedByFirst: true } : presented,
  }
}

/** Returns the outcome where the session must not be written any more, as it is now; otherwise `undefined`. */
function outcomeOfRefusal(
  { opened, changes, current }: Omit<SaveAttempt, 'isFirst'>,
  ids: SessionIds,
): SaveOutcome | undefined {
  if (current.record.authority !== opened.record.authority)
    return isChange(changes) ? { saved: false, why: 'superseded' } : { saved: true, opened }
  if (ids.refusalOf(current.record)) return { saved: false, why: 'ended' }
  if (!current.record.leaving) return undefined
  return isChangeOtherThanLeave(changes)
    ? { saved: false, why: 'ended' }
    : { saved: true, opened: current }
}

function alwaysConflicting(
  { record: { id } }: OpenedSession,
  attempts: number,
): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_CONFLICT',
    `Session ${id} was written by others all the time, in ${attempts} attempts until the time was up; nothing was written. Try the request again.`,
  )
}

/** Returns the error of a save that is rejected because it is still pending after its time budget. */
export function saveTimedOut({
  record,
}: {
  readonly record: Pick<SessionRecord, 'id'>
}): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_CONFLICT',
    `A write of session ${record.id} did not end in time. If its update() waits for another act of the same session, or for something slow, do that outside of it.`,
  )
}
