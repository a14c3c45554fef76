import { randomInt } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Row } from './backend.ts'
import type { Codec } from './codec.ts'
import { checkSize } from './data.ts'
import { createPatience, type Patience } from './deadline.ts'
import { SessionConflictError } from './errors.ts'
import type { GuardedBackend } from './guard.ts'
import { descendsFrom, type KeyedRows, nextLineage } from './keyed-rows.ts'
import { decodeData, mergeBytes, sameBytes } from './merge.ts'
import { createQueue } from './queue.ts'
import { rotateRecord, type SessionRecord } from './record.ts'
import type { Changes, Opened, Saving, SessionStore, StoreEnv } from './store.ts'
import { isTouchDue } from './timeouts.ts'
import { hashSecret, mintSecret, mintVersion } from './token.ts'

interface SaveParts {
  readonly guarded: GuardedBackend
  readonly rows: KeyedRows
  readonly codec: Codec
  readonly env: StoreEnv
  readonly token: (record: SessionRecord, secret: string) => string
}

/** One try: what to write over one row, and the token that goes with it. */
interface Plan {
  readonly next: Opened
  readonly secret: string | undefined
  readonly conflicts: readonly string[]
}

/**
 * The `save` of a keyed store. Changes are judged anew on each row that they meet: superseded there, they are refused;
 * else merged, and written if still nobody came between. Writes to one session queue within the process, so that only
 * other processes conflict. All in all it takes at most about 5 × `storeTimeout`.
 * @throws SessionConflictError `ERR_SESSION_CONFLICT` when others came between all that time; nothing was written.
 */
export function createSave({ guarded, rows, codec, env, token }: SaveParts): SessionStore['save'] {
  const { clock, emit, policy } = env
  const queue = createQueue()

  return async (opened, changes) => {
    if (!changes.data && !changes.update && !changes.rotate) return touch(opened)
    const patience = createPatience(5 * policy.storeTimeout)
    try {
      return await queue(opened.record.id, () => write(opened, changes, patience))
    } finally {
      patience.end()
    }
  }

  async function write(opened: Opened, changes: Changes, patience: Patience): Promise<Saving> {
    let current = opened
    for (let attempt = 0; !patience.isExhausted; attempt++) {
      if (current.record.authority !== opened.record.authority)
        return { saved: false, why: 'superseded' }
      const plan = await makePlan(current, changes)
      if (plan === 'unchanged') return touch(current)
      const outcome = await replace(current, plan.next)
      if (outcome === 'gone') return { saved: false, why: 'ended' }
      if (outcome === 'replaced') return saved(plan)
      const met = rows.read(current.record.id, outcome.conflict)
      if (met === 'corrupt') return { saved: false, why: 'ended' }
      current = met
      if (attempt > 0) await wait(randomInt(1, 2 ** Math.min(attempt + 1, 6)))
    }
    throw new SessionConflictError(
      'ERR_SESSION_CONFLICT',
      `Session ${opened.record.id} was written by others all the time; nothing was written. Try the request again.`,
    )
  }

  async function makePlan(current: Opened, changes: Changes): Promise<Plan | 'unchanged'> {
    const at = clock()
    const { data, conflicts } = await changedData(current, changes)
    const isChanged = !sameBytes(data, current.data)
    if (!isChanged && !changes.rotate) return 'unchanged'
    checkSize(data, policy.maxDataBytes)
    const secret = changes.rotate && mintSecret()
    const rotated =
      changes.rotate && secret !== undefined
        ? rotateRecord(current.record, hashSecret(secret), { at, ...changes.rotate })
        : current.record
    const record = isChanged ? { ...rotated, updatedAt: at } : rotated
    const touchedAt = isDue(current, at) ? at : current.touchedAt
    return { next: { record, data, touchedAt }, secret, conflicts }
  }

  /** My data on the row as it is now, merged where others have written since; `update` runs on a copy of that. */
  async function changedData(current: Opened, { data, update }: Changes) {
    const merged = data
      ? mergeBytes({ ...data, theirs: current.data }, codec)
      : { bytes: current.data, conflicts: [] }
    if (!update) return { data: merged.bytes, conflicts: merged.conflicts }
    const copy = decodeData(codec, merged.bytes)
    await update(copy)
    return { data: codec.encode(copy), conflicts: merged.conflicts }
  }

  /** Writes one version. A conflict with a row that descends from my version means that I had won already (P11). */
  async function replace(
    current: Opened,
    next: Opened,
  ): Promise<'replaced' | 'gone' | { conflict: Row }> {
    const before = rows.lineageOf(current)
    const lineage = nextLineage(before, mintVersion())
    const row = rows.write(next, lineage)
    const outcome = await guarded.replace(current.record.id, row, {
      at: clock(),
      expected: before.version,
    })
    if (typeof outcome === 'string') return outcome
    return descendsFrom(outcome.conflict, lineage.version) ? 'replaced' : outcome
  }

  function saved({ next, secret, conflicts }: Plan): Saving {
    if (conflicts.length > 0) emit('conflict', { id: next.record.id, keys: conflicts })
    return secret === undefined
      ? { saved: true, opened: next }
      : { saved: true, opened: next, token: token(next.record, secret) }
  }

  async function touch(opened: Opened): Promise<Saving> {
    const at = clock()
    if (!isDue(opened, at)) return { saved: true, opened }
    const { version } = rows.lineageOf(opened)
    const next = { ...opened, touchedAt: at }
    const times = { touchedAt: at, expiresAt: rows.expiryOf(next) }
    const expected = { version, touchedAt: opened.touchedAt }
    const outcome = await guarded.touch(opened.record.id, times, { at, expected })
    if (outcome === 'gone') return { saved: false, why: 'ended' }
    return { saved: true, opened: outcome === 'touched' ? rows.moved(opened, next) : opened }
  }

  function isDue(opened: Opened, at: number): boolean {
    return isTouchDue(opened, at, policy.touchInterval)
  }
}
