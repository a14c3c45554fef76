import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Codec } from '../data/codec.ts'
import { SessionConflictError } from '../errors.ts'
import type { SessionRecord } from '../record/record.ts'
import { mintVersion } from '../record/token.ts'
import { isChange, isOther } from '../store/changes.ts'
import type { Opened } from '../store/opened.ts'
import type { Changes, Saving, SessionStore, StoreEnv } from '../store/store.ts'
import { createPatience, type Patience } from './deadline.ts'
import type { GuardedBackend } from './guarded-backend.ts'
import { makePlan, type Plan } from './plan-write.ts'
import { createQueue } from './queue.ts'
import { descendsFrom, type KeyedRows, nextLineage } from './rows.ts'

interface SaveParts {
  readonly guarded: GuardedBackend
  readonly rows: KeyedRows
  readonly codec: Codec
  readonly env: StoreEnv
  readonly token: (record: SessionRecord, secret: string) => string
}

/**
 * What a try to write came to: won; won, and another request has elevated the session since; left to another request;
 * lost to an end; or another row to judge anew.
 */
type Outcome = 'won' | 'overtaken' | 'dropped' | 'ended' | { readonly met: Opened }

/**
 * The `save` of a keyed store. Changes are judged anew on each row that they meet: superseded there, they are refused;
 * else merged, and written if still nobody came between. Writes to one session queue within the process, so that only
 * other processes conflict. All in all it takes at most about 5 × `storeTimeout`.
 * @throws SessionConflictError `ERR_SESSION_CONFLICT` when others came between all that time; nothing was written.
 */
export function createSave({ guarded, rows, codec, env, token }: SaveParts): SessionStore['save'] {
  const { clock, emit, policy } = env
  const queue = createQueue()

  return (opened, changes) => {
    const task = () => patiently(opened, changes)
    return isChange(changes) ? queue(opened.record.id, task) : task()
  }

  async function patiently(opened: Opened, changes: Changes): Promise<Saving> {
    const patience = createPatience(5 * policy.storeTimeout)
    try {
      return await patience.bound(write(opened, changes, patience), () => tookTooLong(opened))
    } finally {
      patience.end()
    }
  }

  async function write(opened: Opened, changes: Changes, patience: Patience): Promise<Saving> {
    const { presented } = rows.heldOf(opened)
    let current = opened
    for (let attempt = 0; !patience.isExhausted(); attempt++) {
      if (current.record.authority !== opened.record.authority)
        return isChange(changes) ? { saved: false, why: 'superseded' } : { saved: true, opened }
      if (current.record.leaving)
        return isOther(changes) ? { saved: false, why: 'ended' } : { saved: true, opened: current }
      const at = clock()
      const plan = await makePlan(current, { changes, presented }, { at, codec, policy })
      if (patience.isExhausted()) break // an update() took too long, and its caller has been told so
      if (plan.act === 'nothing' && changes.update && attempt === 0) {
        const newest = await renew(current)
        if (newest === 'ended') return { saved: false, why: 'ended' }
        if (newest !== current) {
          current = newest
          continue
        }
      }
      if (plan.act === 'nothing') return { saved: true, opened: current }
      const outcome = await carryOut(plan, current)
      if (outcome === 'dropped') return { saved: true, opened: current }
      if (outcome === 'ended') return { saved: false, why: 'ended' }
      if (outcome === 'won') return saved(plan)
      if (outcome === 'overtaken') return saved({ ...plan, secret: undefined })
      current = outcome.met
      if (attempt > 0) await wait(randomInt(1, 2 ** Math.min(attempt + 1, 6)))
    }
    throw new SessionConflictError(
      'ERR_SESSION_CONFLICT',
      `Session ${opened.record.id} was written by others all the time; nothing was written. Try the request again.`,
    )
  }

  function carryOut(plan: Plan, current: Opened): Promise<Outcome> {
    return plan.act === 'touch' ? touch(plan.next, current) : replace(plan, current)
  }

  /** Writes one version. A conflict with a row that descends from my version means that I had won already (P11). */
  async function replace({ next, rotated, secret }: Plan, current: Opened): Promise<Outcome> {
    const { id } = current.record
    const { lineage: before, presented } = rows.heldOf(current)
    const lineage = nextLineage(before, mintVersion())
    const isFresh = rotated === 'cause' && secret !== undefined
    const held = { lineage, presented: isFresh ? { secret, isSignedByFirst: true } : presented }
    const row = rows.write(next, held)
    const outcome = await guarded.replace(id, row, { at: clock(), expected: before.version })
    if (outcome === 'gone') return 'ended'
    if (outcome === 'replaced') return 'won'
    const met = rows.readWhole(id, outcome.conflict, presented)
    if (met === 'corrupt') return 'ended'
    if (!descendsFrom(outcome.conflict, lineage.version)) return { met }
    return met.record.authority === next.record.authority ? 'won' : 'overtaken'
  }

  /** The session as it is now; itself where nobody has written since. An update that changes nothing must know. */
  async function renew(current: Opened): Promise<Opened | 'ended'> {
    const { id } = current.record
    const { lineage, presented } = rows.heldOf(current)
    const found = await guarded.find(id, clock())
    if (found === null || 'ended' in found) return 'ended'
    if (found.version === lineage.version) return current
    const newest = rows.readWhole(id, found, presented)
    return newest === 'corrupt' ? 'ended' : newest
  }

  /** Of many requests in one window one touches; the others let it be (P7). */
  async function touch(next: Opened, current: Opened): Promise<Outcome> {
    const held = rows.heldOf(current)
    const times = { touchedAt: next.touchedAt, expiresAt: rows.expiryOf(next) }
    const expected = { version: held.lineage.version, touchedAt: current.touchedAt }
    const at = next.touchedAt
    const outcome = await guarded.touch(current.record.id, times, { at, expected })
    if (outcome === 'gone') return 'ended'
    if (outcome === 'conflict') return 'dropped'
    rows.hold(next, held)
    return 'won'
  }

  function saved({ next, secret, rotated, conflicts }: Plan): Saving {
    if (conflicts.length > 0) emit('conflict', { id: next.record.id, keys: conflicts })
    return {
      saved: true,
      opened: next,
      ...(secret === undefined ? {} : { token: token(next.record, secret) }),
      ...(rotated === undefined ? {} : { rotated }),
    }
  }
}

/** The error of a write that was given up, and then wrote nothing. */
export function tookTooLong({ record }: Pick<Opened, 'record'>): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_CONFLICT',
    `A write of session ${record.id} did not end in time. If its update() waits for another act of the same session, or for something slow, do that outside of it.`,
  )
}
