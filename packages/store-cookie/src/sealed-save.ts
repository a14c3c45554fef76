import { SessionUsageError } from '@sojourn/core'
import {
  type Changes,
  type CreateOutcome,
  checkSize,
  createRecord,
  type Draft,
  decodeData,
  isTouchDue,
  type OpenedSession,
  rotateRecord,
  type SaveOutcome,
  type SessionRecord,
  type SessionStore,
  sameBytes,
  saveTimedOut,
  withTimeBudget,
} from '@sojourn/core/store'
import { createJoinLogin } from './join-login.ts'
import { tokenExpiryOf } from './lifetime.ts'
import type { SessionRefusal } from './revocations.ts'
import { asLeaving, noSecret, type SealedContext } from './sealed-context.ts'

/**
 * Creates the `create` and `save` of a cookie store; both seal a new token. There is no stored state to merge with.
 * With revocations, a session that was ended or elevated meanwhile is not saved.
 */
export function createSealedSave(context: SealedContext): Pick<SessionStore, 'create' | 'save'> {
  const { tokens, revocations, epochs, env, codec } = context
  const joinLogin = revocations && createJoinLogin(context, revocations)
  const { clock, ids, policy, emit } = env
  return { create, save }

  async function create(draft: Draft): Promise<CreateOutcome> {
    checkSize(draft.data, policy.maxDataBytes)
    await epochs?.syncIfDue()
    const presented = await joinLogin?.presentedBy(draft)
    if (!joinLogin || !presented || draft.userId === undefined) return createAs(draft)
    const joined = await joinLogin.elevated(draft, presented)
    if (joined) return joined
    const creation = await createAs({ ...draft, id: joinLogin.idOf(presented, draft.userId) })
    return creation.created ? creation : createAs(draft)
  }

  async function createAs(draft: Draft): Promise<CreateOutcome> {
    const at = clock()
    const record = createRecord({ ...draft, ...ids.issue(draft), at, secretHash: noSecret })
    const opened: OpenedSession = { record, touchedAt: at, data: draft.data }
    const token = await tokens.seal(opened)
    // The draft has an id if `session.id` was read before; another request may have ended the session by that id.
    if (draft.id !== undefined && (await revocations?.check(record)))
      return { created: false, why: 'ended' }
    return { created: true, opened, token, evicted: [] }
  }

  async function save(opened: OpenedSession, changes: Changes): Promise<SaveOutcome> {
    if (ids.refusalOf(opened.record)) return { saved: false, why: 'ended' }
    if (changes.leave) return leave(opened)
    const next = await apply(opened, changes)
    const at = clock()
    if (at >= tokenExpiryOf(opened, policy.touchInterval)) return { saved: false, why: 'ended' }
    if (next === opened && !isTouchDue(opened, at, policy.touchInterval))
      return { saved: true, opened }
    const touched = { ...next, touchedAt: at }
    const token = await seal(touched, next !== opened) // before revocations are written: the token may be too large
    if (token === undefined) return { saved: true, opened }
    const refusal = await checkRevocations(opened.record, touched.record)
    if (typeof refusal === 'string' && next === opened) return { saved: true, opened }
    if (refusal) return notSaved(refusal)
    return { saved: true, opened: touched, token, ...(changes.rotate ? { rotated: 'cause' } : {}) }
  }

  /**
   * Seals a session. If the token of a mere touch no longer fits into the cookies, as after a change of codec, emits
   * `failed` and returns `undefined` instead of throwing: the client keeps its token.
   */
  async function seal(next: OpenedSession, isChanged: boolean): Promise<string | undefined> {
    try {
      return await tokens.seal(next)
    } catch (error) {
      if (isChanged || !(error instanceof SessionUsageError)) throw error
      emit('failed', { operation: 'touch', error })
      return undefined
    }
  }

  /** Marks the session as leaving. Without revocations, other requests can still write to it; see `migrateStore`. */
  async function leave(opened: OpenedSession): Promise<SaveOutcome> {
    const refusal = await revocations?.leave(opened.record)
    return refusal ? notSaved(refusal) : { saved: true, opened: asLeaving(opened) }
  }

  /** Returns the session with the changes applied; the same object if there are none. */
  async function apply(
    opened: OpenedSession,
    { data, update, rotate }: Changes,
  ): Promise<OpenedSession> {
    const mine = data?.mine ?? opened.data
    const newData = update ? await runUpdate({ ...opened, data: mine }, update) : mine
    const at = clock()
    const isChanged = !sameBytes(newData, opened.data)
    if (isChanged) checkSize(newData, policy.maxDataBytes)
    if (!isChanged && !rotate) return opened
    const record = rotate
      ? rotateRecord(opened.record, noSecret, { at, elevation: rotate.elevation })
      : opened.record
    return { ...opened, record: isChanged ? { ...record, updatedAt: at } : record, data: newData }
  }

  /** Runs `update` on a copy of the data, with a time limit: it may wait for an operation that waits for this save. */
  async function runUpdate(
    opened: OpenedSession,
    update: NonNullable<Changes['update']>,
  ): Promise<Uint8Array> {
    const copy = decodeData(codec, opened.data)
    await withTimeBudget(
      5 * policy.storeTimeout,
      async () => update(copy),
      () => saveTimedOut(opened),
    )
    return codec.encode(copy)
  }

  /**
   * Returns why the save is refused, as after an end or elevation by another request; else `undefined`. Also records
   * the elevation made by this save: without the record, the old token would stay valid.
   */
  async function checkRevocations(
    record: SessionRecord,
    next: SessionRecord,
  ): Promise<SessionRefusal | undefined> {
    return next.authority === record.authority
      ? revocations?.check(record)
      : revocations?.elevate(record, next)
  }
}

/** Returns the outcome of a refused save. A leaving session counts as ended: it continues in the other store. */
function notSaved(refusal: SessionRefusal): SaveOutcome {
  return { saved: false, why: refusal === 'superseded' ? refusal : 'ended' }
}
