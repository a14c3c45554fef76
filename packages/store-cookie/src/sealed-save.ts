import { SessionUsageError } from '@sojourn/core'
import {
  type Changes,
  type CreateOutcome,
  checkSize,
  createRecord,
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
  withTimeBudget,
} from '@sojourn/core/store'
import { tokenExpiryOf } from './lifetime.ts'
import type { SessionRefusal } from './revocations.ts'
import { asLeaving, type SealedContext } from './sealed-context.ts'

/** A sealed record has no secret of its own: the seal authenticates it. */
const noSecret = ''

/**
 * Creates the `create` and `save` of a cookie store; both seal a new token. There is no stored state to merge with.
 * With revocations, a session that was ended or elevated meanwhile is not sealed again.
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
    // Only an id that was shown before can have been ended before it was saved.
    if (draft.id !== undefined && (await revocations?.check(record)))
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
    const token = await seal(touched, next !== opened) // before any write, because it may be too large
    if (token === undefined) return { saved: true, opened }
    const refusal = await checkRevocations(opened.record, touched.record)
    if (typeof refusal === 'string' && next === opened) return { saved: true, opened }
    if (refusal) return notSaved(refusal)
    return { saved: true, opened: touched, token, ...(changes.rotate ? { rotated: 'cause' } : {}) }
  }

  /**
   * Seals a session. A mere touch that no longer fits into the cookies, as after a change of codec, returns `undefined`
   * instead of throwing: the client keeps the token it has.
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

  /** Marks the session as leaving. Without revocations other requests are not stopped; see `migrateStore`. */
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
    const written = update ? await runUpdate({ ...opened, data: mine }, update) : mine
    const at = clock()
    const isChanged = !sameBytes(written, opened.data)
    if (isChanged) checkSize(written, policy.maxDataBytes)
    if (!isChanged && !rotate) return opened
    const record = rotate
      ? rotateRecord(opened.record, noSecret, { at, elevation: rotate.elevation })
      : opened.record
    return { ...opened, record: isChanged ? { ...record, updatedAt: at } : record, data: written }
  }

  /** Runs an update on a copy of the data. Its time is bounded, because it may wait for something that waits for it. */
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
   * Returns why the save is refused: the session may have been ended or elevated since. Records an elevation, without
   * which the old token would stay valid.
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

/** Returns the outcome of a refused save. A leaving session counts as ended here: it goes on in the other store. */
function notSaved(refusal: SessionRefusal): SaveOutcome {
  return { saved: false, why: refusal === 'superseded' ? refusal : 'ended' }
}
