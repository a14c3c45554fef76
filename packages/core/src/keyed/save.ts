import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { SessionConflictError } from '../errors.ts'
import { mintVersion } from '../record/token.ts'
import { isChange, isOther } from '../store/changes.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, SaveOutcome, SessionStore } from '../store/store.ts'
import type { KeyedContext } from './context.ts'
import { createTimeBudget, type TimeBudget } from './deadline.ts'
import { makePlan, type Plan } from './plan-write.ts'
import { createQueue } from './queue.ts'
import { descendsFrom, nextLineage } from './rows.ts'

/**
 * What a try to write came to: won; won, and another request has elevated the session since; left to another request;
 * lost to an end; or another row to judge anew.
 */
type Outcome = 'won' | 'overtaken' | 'dropped' | 'ended' | { readonly conflict: OpenedSession }

/**
 * The `save` of a keyed store. Changes are judged anew on each row that they meet: superseded there, they are refused;
 * else merged, and written if still nobody came between. Writes to one session queue within the process, so that only
 * other processes conflict. All in all it takes at most about 5 × `storeTimeout`.
 * @throws SessionConflictError `ERR_SESSION_CONFLICT` when others came between all that time; nothing was written.
 */
export function createSave({
  backend,
  rows,
  codec,
  env,
  tokenOf,
}: KeyedContext): SessionStore['save'] {
  const { clock, emit, policy } = env
  const queue = createQueue()

  return (opened, changes) => {
    const task = () => saveInTime(opened, changes)
    return isChange(changes) ? queue(opened.record.id, task) : task()
  }

  async function saveInTime(opened: OpenedSession, changes: Changes): Promise<SaveOutcome> {
    const budget = createTimeBudget(5 * policy.storeTimeout)
    try {
      return await budget.bound(write(opened, changes, budget), () => saveTimedOut(opened))
    } finally {
      budget.end()
    }
  }

  async function write(
    opened: OpenedSession,
    changes: Changes,
    budget: TimeBudget,
  ): Promise<SaveOutcome> {
    const { presented } = rows.originOf(opened)
    let current = opened
    for (let attempt = 0; !budget.isExhausted(); attempt++) {
      if (current.record.authority !== opened.record.authority)
        return isChange(changes) ? { saved: false, why: 'superseded' } : { saved: true, opened }
      if (current.record.leaving)
        return isOther(changes) ? { saved: false, why: 'ended' } : { saved: true, opened: current }
      const at = clock()
      const plan = await makePlan(current, { changes, presented }, { at, codec, policy })
      if (budget.isExhausted()) break // an update() took too long, and its caller has been told so
      if (plan.act === 'nothing' && changes.update && attempt === 0) {
        const newest = await reload(current)
        if (newest === 'ended') return { saved: false, why: 'ended' }
        if (newest !== current) {
          current = newest
          continue
        }
      }
      if (plan.act === 'nothing') return { saved: true, opened: current }
      const outcome = await execute(plan, current)
      if (outcome === 'dropped') return { saved: true, opened: current }
      if (outcome === 'ended') return { saved: false, why: 'ended' }
      if (outcome === 'won') return saved(plan)
      if (outcome === 'overtaken') return saved({ ...plan, secret: undefined })
      current = outcome.conflict
      if (attempt > 0) await wait(randomInt(1, 2 ** Math.min(attempt + 1, 6)))
    }
    throw new SessionConflictError(
      'ERR_SESSION_CONFLICT',
      `Session ${opened.record.id} was written by others all the time; nothing was written. Try the request again.`,
    )
  }

  function execute(plan: Plan, current: OpenedSession): Promise<Outcome> {
    return plan.act === 'touch' ? touch(plan.next, current) : replace(plan, current)
  }

  /** Writes one version. A conflict with a row that descends from my version means that I had won already (P11). */
  async function replace(
    { next, rotated, secret }: Plan,
    current: OpenedSession,
  ): Promise<Outcome> {
    const { id } = current.record
    const { lineage: before, presented } = rows.originOf(current)
    const lineage = nextLineage(before, mintVersion())
    const isFresh = rotated === 'cause' && secret !== undefined
    const held = { lineage, presented: isFresh ? { secret, isSignedByFirst: true } : presented }
    const row = rows.write(next, held)
    const outcome = await backend.replace(id, row, { at: clock(), expected: before.version })
    if (outcome === 'gone') return 'ended'
    if (outcome === 'replaced') return 'won'
    const met = rows.readWhole(id, outcome.conflict, presented)
    if (met === 'corrupt') return 'ended'
    if (!descendsFrom(outcome.conflict, lineage.version)) return { conflict: met }
    return met.record.authority === next.record.authority ? 'won' : 'overtaken'
  }

  /** The session as it is now; itself where nobody has written since. An update that changes nothing must know. */
  async function reload(current: OpenedSession): Promise<OpenedSession | 'ended'> {
    const { id } = current.record
    const { lineage, presented } = rows.originOf(current)
    const found = await backend.find(id, clock())
    if (found === null || 'ended' in found) return 'ended'
    if (found.version === lineage.version) return current
    const newest = rows.readWhole(id, found, presented)
    return newest === 'corrupt' ? 'ended' : newest
  }

  /** Of many requests in one window one touches; the others let it be (P7). */
  async function touch(next: OpenedSession, current: OpenedSession): Promise<Outcome> {
    const held = rows.originOf(current)
    const times = { touchedAt: next.touchedAt, expiresAt: rows.expiryOf(next) }
    const expected = { version: held.lineage.version, touchedAt: current.touchedAt }
    const at = next.touchedAt
    const outcome = await backend.touch(current.record.id, times, { at, expected })
    if (outcome === 'gone') return 'ended'
    if (outcome === 'conflict') return 'dropped'
    rows.setOrigin(next, held)
    return 'won'
  }

  function saved({ next, secret, rotated, conflicts }: Plan): SaveOutcome {
    if (conflicts.length > 0) emit('conflict', { id: next.record.id, keys: conflicts })
    return {
      saved: true,
      opened: next,
      ...(secret === undefined ? {} : { token: tokenOf(next.record, secret) }),
      ...(rotated === undefined ? {} : { rotated }),
    }
  }
}

/** The error of a write that was given up, and then wrote nothing. */
export function saveTimedOut({ record }: Pick<OpenedSession, 'record'>): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_CONFLICT',
    `A write of session ${record.id} did not end in time. If its update() waits for another act of the same session, or for something slow, do that outside of it.`,
  )
}
