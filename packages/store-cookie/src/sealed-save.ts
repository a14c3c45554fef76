import { SessionUsageError } from '@sojourn/core'
import {
  type Changes,
  type CreateOutcome,
  checkSize,
  createRecord,
  createTimeBudget,
  type Draft,
  decodeData,
  isTouchDue,
  mintId,
  type OpenedSession,
  rotateRecord,
  type SaveOutcome,
  type SessionRecord,
  type SessionStore,
  sameBytes,
  saveTimedOut,
} from '@sojourn/core/store'
import { tokenExpiryOf } from './lifetime.ts'
import type { SessionRefusal } from './revocations.ts'
import { asLeaving, type SealedContext } from './sealed-context.ts'

/** A sealed record needs no secret of its own: the seal is what opens it. */
const noSecret = ''

/**
 * The `create` and `save` of a cookie store: both seal. What this request opened is all that there is to change, so
 * nothing is merged; with revocations, what was ended or elevated meanwhile is not sealed again.
 */
export function createSealedSave({
  tokens,
  revocations,
  env,
  codec,
}: SealedContext): Pick<SessionStore, 'create' | 'save'> {
  const { clock, keyring, policy, emit } = env
  return { create, save }

  async function create(draft: Draft): Promise<CreateOutcome> {
    checkSize(draft.data, policy.maxDataBytes)
    const at = clock()
    const group = draft.userId === undefined ? undefined : keyring.userGroup(draft.userId)
    const id = draft.id ?? mintId(group)
    const record = createRecord({ ...draft, id, at, secretHash: noSecret })
    const opened: OpenedSession = { record, touchedAt: at, data: draft.data }
    const token = await tokens.seal(opened)
    // Only an id that somebody was shown can have been ended before it was kept.
    if (draft.id !== undefined && (await revocations?.judge(record)))
      return { created: false, why: 'ended' }
    return { created: true, opened, token, evicted: [] }
  }

  async function save(opened: OpenedSession, changes: Changes): Promise<SaveOutcome> {
    if (changes.leave) return leave(opened)
    const next = await apply(opened, changes)
    const at = clock()
    if (at >= tokenExpiryOf(opened, policy.touchInterval)) return { saved: false, why: 'ended' }
    if (next === opened && !isTouchDue(opened, at, policy.touchInterval))
      return { saved: true, opened }
    const touched = { ...next, touchedAt: at }
    const token = await seal(touched, next !== opened) // before anything is written: it may be too large
    if (token === undefined) return { saved: true, opened }
    const refused = await refuse(opened.record, touched.record)
    if (typeof refused === 'string' && next === opened) return { saved: true, opened }
    if (refused) return notSaved(refused)
    return { saved: true, opened: touched, token, ...(changes.rotate ? { rotated: 'cause' } : {}) }
  }

  /** Nobody asked for a mere touch: where it no longer fits, as with another codec, the client keeps the token it has. */
  async function seal(next: OpenedSession, isAsked: boolean): Promise<string | undefined> {
    try {
      return await tokens.seal(next)
    } catch (error) {
      if (isAsked || !(error instanceof SessionUsageError)) throw error
      emit('failed', { operation: 'touch', error })
      return undefined
    }
  }

  /** Without revocations nothing could hold the others off; see `migrateStore`. */
  async function leave(opened: OpenedSession): Promise<SaveOutcome> {
    const refused = await revocations?.leave(opened.record)
    return refused ? notSaved(refused) : { saved: true, opened: asLeaving(opened) }
  }

  /** The session as the request wants it; itself where it wants nothing. */
  async function apply(
    opened: OpenedSession,
    { data, update, rotate }: Changes,
  ): Promise<OpenedSession> {
    const mine = data?.mine ?? opened.data
    const written = update ? await updated({ ...opened, data: mine }, update) : mine
    const at = clock()
    const isChanged = !sameBytes(written, opened.data)
    if (isChanged) checkSize(written, policy.maxDataBytes)
    if (!isChanged && !rotate) return opened
    const record = rotate
      ? rotateRecord(opened.record, noSecret, { at, elevation: rotate.elevation })
      : opened.record
    return { ...opened, record: isChanged ? { ...record, updatedAt: at } : record, data: written }
  }

  /** Bounded in time, because it may wait for something that waits for it. */
  async function updated(
    opened: OpenedSession,
    update: NonNullable<Changes['update']>,
  ): Promise<Uint8Array> {
    const copy = decodeData(codec, opened.data)
    const patience = createTimeBudget(5 * policy.storeTimeout)
    try {
      await patience.bound(Promise.resolve(update(copy)), () => saveTimedOut(opened))
    } finally {
      patience.end()
    }
    return codec.encode(copy)
  }

  /** Others may have ended or elevated the session since; an elevation of its own is marked, or the old token lived on. */
  async function refuse(record: SessionRecord, next: SessionRecord): Promise<SessionRefusal | undefined> {
    return next.authority === record.authority
      ? revocations?.judge(record)
      : revocations?.elevate(record, next)
  }
}

/** What is leaving takes no changes here; whoever moves it finds it where it goes. */
function notSaved(refused: SessionRefusal): SaveOutcome {
  return { saved: false, why: refused === 'superseded' ? refused : 'ended' }
}
