import { SessionUsageError } from '@sojourn/core'
import {
  type Awaitable,
  andThen,
  applyChanges,
  type Changes,
  type CreateOutcome,
  checkSize,
  createRecord,
  type Draft,
  isThenable,
  isTouchDue,
  type OpenedSession,
  orElse,
  rejectThrown,
  rotateRecord,
  type SaveOutcome,
  type SessionRecord,
  type SessionStore,
  sameBytes,
  saveTimedOut,
  withDataVersion,
  withTimeBudget,
} from '@sojourn/core/store'
import { createJoinLogin } from './join-login.ts'
import { tokenExpiryOf } from './lifetime.ts'
import type { Revocations, SessionRefusal } from './revocations.ts'
import { asLeaving, noSecret, type SealedContext } from './sealed-context.ts'

type AppliedData = Awaited<ReturnType<typeof applyChanges>>

/**
 * Creates the `create` and `save` of a cookie store; both seal a new token. There is no stored state to merge with.
 * With revocations, a session that was ended or elevated meanwhile is not saved.
 */
export function createSealedSave(context: SealedContext): Pick<SessionStore, 'create' | 'save'> {
  const { tokens, revocations, epochs, env, codec } = context
  const joinLogin = revocations && createJoinLogin(context, revocations)
  const { clock, ids, policy, emit } = env
  return { create, save }

  function create(draft: Draft): Awaitable<CreateOutcome> {
    return rejectThrown(() => {
      checkSize(draft.data, policy.maxDataBytes)
      return joinLogin ? createOrJoin(draft, joinLogin) : createAs(draft)
    })
  }

  async function createOrJoin(
    draft: Draft,
    joinLogin: ReturnType<typeof createJoinLogin>,
  ): Promise<CreateOutcome> {
    await epochs?.syncIfDue()
    const presented = await joinLogin.presentedBy(draft)
    if (!presented || draft.userId === undefined) return createAs(draft)
    const joined = await joinLogin.elevated(draft, presented)
    if (joined) return joined
    const creation = await createAs({ ...draft, id: joinLogin.idOf(presented, draft.userId) })
    return creation.created ? creation : createAs(draft)
  }

  function createAs(draft: Draft): Awaitable<CreateOutcome> {
    const at = clock()
    // Not by spreads: an object that gets more members after one costs a microsecond and a half.
    const record = createRecord(
      Object.assign({ at, secretHash: noSecret }, draft, ids.issue(draft)),
    )
    const opened: OpenedSession = { record, touchedAt: at, data: draft.data }
    return andThen(tokens.seal(opened), (token) => {
      // The draft has an id if `session.id` was read before; another request may have ended the session by that id.
      const checking = draft.id === undefined ? undefined : revocations?.check(record)
      return andThen(
        checking,
        (refusal): CreateOutcome =>
          refusal
            ? { created: false, why: 'ended' }
            : { created: true, opened, token, evicted: [] },
      )
    })
  }

  function save(opened: OpenedSession, changes: Changes): Awaitable<SaveOutcome> {
    return rejectThrown(() => {
      if (ids.refusalOf(opened.record)) return { saved: false, why: 'ended' }
      if (changes.leave) return leave(opened)
      const changed = applyChanges(opened, changes, { codec, policy, emit })
      const applied = isThenable(changed) ? inTime(opened, changed) : changed
      return andThen(applied, (data) => saveData(opened, data, changes))
    })
  }

  /** Seals the session with this data, if anything has changed or a touch is due. */
  function saveData(
    opened: OpenedSession,
    data: AppliedData,
    changes: Changes,
  ): Awaitable<SaveOutcome> {
    const next = apply(opened, data, changes)
    const at = clock()
    if (at >= tokenExpiryOf(opened, policy.touchInterval)) return { saved: false, why: 'ended' }
    if (next === opened && (changes.passive || !isTouchDue(opened, at, policy.touchInterval)))
      return { saved: true, opened }
    const touchedAt = changes.passive ? opened.touchedAt : at
    const touched: OpenedSession = { record: next.record, touchedAt, data: next.data }
    const isChanged = next.data !== opened.data
    const isTouched = !changes.passive
    // Sealed before the revocations are written: the token may be too large.
    return andThen(next === opened ? sealTouch(touched) : tokens.seal(touched), (token) => {
      if (token === undefined) return { saved: true, opened }
      const checking = revocations && checkRevocations(revocations, opened.record, touched.record)
      return andThen(checking, (refusal): SaveOutcome => {
        if (typeof refusal === 'string' && next === opened) return { saved: true, opened }
        if (refusal) return notSaved(refusal)
        return changes.rotate
          ? { saved: true, opened: touched, token, isChanged, isTouched, rotated: 'cause' }
          : { saved: true, opened: touched, token, isChanged, isTouched }
      })
    })
  }

  /**
   * Seals a session that was only touched. If its token no longer fits into the cookies, as after a change of codec, emits
   * `failed` and returns `undefined` instead of throwing: the client keeps its token.
   */
  function sealTouch(touched: OpenedSession): Awaitable<string | undefined> {
    const sealing = rejectThrown(() => tokens.seal(touched))
    return orElse(sealing, (error) => {
      if (!(error instanceof SessionUsageError)) throw error
      emit('failed', { operation: 'touch', error })
      return undefined
    })
  }

  /** Marks the session as leaving. Without revocations, other requests can still write to it; see `migrateStore`. */
  async function leave(opened: OpenedSession): Promise<SaveOutcome> {
    const refusal = await revocations?.leave(opened.record)
    return refusal ? notSaved(refusal) : { saved: true, opened: asLeaving(opened) }
  }

  /** Returns the session with the changes applied; the same object if there are none. */
  function apply(
    opened: OpenedSession,
    { bytes: data, version }: AppliedData,
    { rotate, fingerprint }: Changes,
  ): OpenedSession {
    const isChanged = !sameBytes(data, opened.data)
    if (isChanged) checkSize(data, policy.maxDataBytes)
    if (!isChanged && !rotate && !fingerprint) return opened
    const at = clock()
    const rotated = rotate
      ? rotateRecord(opened.record, noSecret, { at, ...rotate })
      : opened.record
    const record = fingerprint ? { ...rotated, fingerprint } : rotated
    return isChanged
      ? { ...opened, record: withDataVersion({ ...record, updatedAt: at }, version), data }
      : { ...opened, record }
  }

  /** Waits for an `update`, with a time limit: it may wait for an operation that waits for this save. */
  function inTime<Result>(opened: OpenedSession, updating: Promise<Result>): Promise<Result> {
    return withTimeBudget(
      5 * policy.storeTimeout,
      () => updating,
      () => saveTimedOut(opened),
    )
  }
}

/**
 * Returns why a save is refused, as after an end or elevation by another request; else `undefined`. Also records the
 * elevation made by this save: without the record, the old token would stay valid.
 */
function checkRevocations(
  revocations: Revocations,
  record: SessionRecord,
  next: SessionRecord,
): Promise<SessionRefusal | undefined> {
  return next.authority === record.authority
    ? revocations.check(record)
    : revocations.elevate(record, next)
}

/** Returns the outcome of a refused save. A leaving session counts as ended: it continues in the other store. */
function notSaved(refusal: SessionRefusal): SaveOutcome {
  return { saved: false, why: refusal === 'superseded' ? refusal : 'ended' }
}
