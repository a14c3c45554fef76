// The commit: what the end of a request does with its session. Three steps, always in this order:
//
// 1. Decide (`decide`, no I/O). The first row that applies:
//
//    | the request                                       | decision                                                 |
//    |---------------------------------------------------|----------------------------------------------------------|
//    | an earlier commit failed                          | nothing                                                  |
//    | the response headers have been sent               | discard (`late`) changed data                            |
//    | the session is read-only                          | discard (`unavailable`) changed data                     |
//    | the session has ended                             | discard (`ended`) changed data                           |
//    | a cookie is due, and the response is `cookieless` | discard (`cookieless`) changed data and the rotation     |
//    | new: data set, or a CSRF token was made           | create, or discard (`insecure`) if no cookie can be sent |
//    | live: data changed, `rotate()`, a touch is due,   | save                                                     |
//    | or a token to confirm                             |                                                          |
//    | anything else                                     | nothing                                                  |
//
// 2. Write (`write`). One call to the store. The record that it returns becomes `state.opened`, and a token or offer that
//    it returns becomes `state.outgoing`: a token in an outcome means "send it".
// 3. Headers (`sendHeaders`). `Vary` if the handler used the session; the token and `Cache-Control` if there is a token
//    to send or to clear. Skipped if the headers had been sent when the commit was called, or no cookie can be sent.
//
// `login`, `destroy` and `update` write when they are called, before the commit; the commit waits for them.

import { sameBytes } from '../data/decode.ts'
import { trackData } from '../data/tracked-data.ts'
import { SessionUsageError } from '../errors.ts'
import type { DiscardReason } from '../events.ts'
import type { Carrier } from '../http/carrier.ts'
import { isTouchDue } from '../record/expiry.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, SaveOutcome } from '../store/store.ts'
import type { RunningOperation } from './operation-promise.ts'
import { sendHeaders, warnPlainHttp } from './send-headers.ts'
import {
  applySaved,
  canSend,
  enqueue,
  type ManagerContext,
  markEnded,
  type SessionState,
  supersededError,
  withdrawOffer,
} from './state.ts'
import { takeOverFailure } from './unawaited-operations.ts'

/** Options of `SessionManager.commit`. */
export interface CommitOptions {
  /** True if no cookie can be sent although no headers have been. @default false */
  readonly cookieless?: boolean
}

/**
 * What can still be sent with the response: a cookie; nothing, because the headers have been sent; or no cookie, because
 * the framework makes the response out of the binding's reach (`cookieless`).
 */
type ResponsePhase = 'open' | 'sent' | 'cookieless'

/**
 * Commits a session; see `SessionManager.commit`. Waits for the operations queued on the session. Whether the headers
 * have been sent is read once, when it is called: the wait must not turn a commit in time into a late one. Returns
 * `undefined` if there is nothing to wait for.
 */
export function commit(
  context: ManagerContext,
  state: SessionState,
  carrier: Carrier,
  { cookieless = false }: CommitOptions = {},
): Promise<void> | undefined {
  const phase = carrier.sent ? 'sent' : cookieless ? 'cookieless' : 'open'
  if (phase === 'cookieless' && Object(state.outgoing).token !== undefined)
    context.emit('discarded', { what: 'token', why: 'cookieless', id: state.opened?.record.id })
  return commitIn(context, state, { carrier, phase })
}

interface CommitTarget {
  readonly carrier: Carrier
  readonly phase: ResponsePhase
}

function commitIn(
  context: ManagerContext,
  state: SessionState,
  target: CommitTarget,
): Promise<void> | undefined {
  if (state.pending || state.operations.size > 0 || state.failure) {
    const committing = commitAfter(context, state, { ...target, called: [...state.operations] })
    const clear = () => {
      if (state.committing === settled) state.committing = undefined
    }
    const settled: Promise<void> = committing.then(clear, clear)
    state.committing = settled
    return committing
  }
  const finish = () => {
    if (target.phase === 'open') sendHeaders(context, state, target.carrier)
  }
  const fail = (error: unknown) => failCommit(context, state, error)
  try {
    const decision = decide(context, state, target)
    if (decision.action === 'create' || decision.action === 'save')
      return enqueue(state, () => write(context, state, decision).then(finish).catch(fail))
    if (decision.action === 'discard') discard(context, state, decision.why)
    finish()
    return undefined
  } catch (error) {
    return Promise.reject(error).catch(fail)
  }
}

/**
 * Commits once the operations that were called before are done. A failure that the application does not handle is thrown,
 * unless the headers have been sent: then no response can fail, and the event `failed` has reported it.
 */
async function commitAfter(
  context: ManagerContext,
  state: SessionState,
  { called, ...target }: CommitTarget & { called: RunningOperation[] },
): Promise<void> {
  for (const { done } of called) await done
  await state.pending
  if (target.phase === 'sent') state.failure = undefined
  try {
    takeOverFailure(context, state, called)
  } catch (error) {
    state.hasFailed = true
    throw error
  }
  await commitIn(context, state, target)
}

/**
 * Marks the commit as failed and rethrows the error. Emits `failed` for usage errors only: for an error of the store
 * the guarded backend has emitted it, and a refused write has emitted `discarded`.
 */
function failCommit({ emit }: ManagerContext, state: SessionState, error: unknown): never {
  state.hasFailed = true
  withdrawOffer(state)
  if (error instanceof SessionUsageError) emit('failed', { operation: 'commit', error })
  throw error
}

/** What the end of a request does. `mine` is the encoded data that the handler left. */
type Decision =
  | { readonly action: 'create'; readonly mine: Uint8Array }
  /** Changed data, a new token, or only a touch: the store does what is due. */
  | {
      readonly action: 'save'
      readonly opened: OpenedSession
      readonly changes: Changes
      readonly mine: Uint8Array
    }
  | { readonly action: 'discard'; readonly why: DiscardReason }
  | { readonly action: 'nothing' }

const nothing: Decision = { action: 'nothing' }

/** Decides what the end of the request does; the table at the top of this file. */
function decide(
  context: ManagerContext,
  state: SessionState,
  { carrier, phase }: CommitTarget,
): Decision {
  const { opened, tracked, mustRotate, mustKeep, isSaveDue } = state
  if (state.hasFailed) return nothing
  if (phase === 'sent') return hasLateChanges(state) ? { action: 'discard', why: 'late' } : nothing
  const mine = tracked.bytes()
  const isDirty = !sameBytes(mine, tracked.base())
  if (state.isReadOnly) return isDirty ? { action: 'discard', why: 'unavailable' } : nothing
  if (state.ended) return isDirty ? { action: 'discard', why: 'ended' } : nothing
  if (phase === 'cookieless' && !isDirty && !mustRotate) return nothing
  if (phase === 'cookieless' && needsCookie(context, state))
    return { action: 'discard', why: 'cookieless' }
  if (!opened) return isDirty || mustKeep ? decideCreate(context, carrier, mine) : nothing
  if (!isDirty && !mustRotate && !isSaveDue && !needsTouch(context, opened)) return nothing
  const changes: Changes = {
    ...(isDirty ? { data: { base: tracked.base(), mine } } : {}),
    ...(mustRotate ? { rotate: {} } : {}),
  }
  return { action: 'save', opened, changes, mine }
}

/** Returns true if saving the session would make a token that the client needs. Offers of rotation may get lost. */
function needsCookie({ store }: ManagerContext, { opened, mustRotate }: SessionState): boolean {
  return !opened || mustRotate || !store.supports.conditionalWrite // such a store keeps the data in the token
}

/** Carries out a decision to create or to save. */
async function write(
  context: ManagerContext,
  state: SessionState,
  decision: Decision,
): Promise<void> {
  if (decision.action === 'create')
    return create(context, state, { data: decision.mine, submitted: decision.mine })
  if (decision.action === 'save') return save(context, state, decision)
}

/**
 * Drops the changes of the data and emits `discarded`. The data goes back to what was loaded or last saved, so a second
 * commit does not emit the event again.
 */
function discard(context: ManagerContext, state: SessionState, why: DiscardReason): void {
  state.tracked = trackData(context.codec, state.tracked.base())
  const id = state.opened?.record.id
  context.emit('discarded', { what: 'changes', why, id })
  if (!context.config.development) return
  if (why === 'ended')
    context.warnOnce(
      'session.data was changed on a session that has ended, such as by flash.add() after destroy(); the change was dropped. ' +
        'Put what the next page shows into its address, or add it before the session ends and to the page itself.',
    )
  if (why === 'cookieless')
    context.warnOnce(
      'A handler threw, and what it threw goes to the server, which responds without a cookie: the change of a new session, or a rotate(), was dropped. ' +
        'Give sessions() an onError that returns a response (web), or throw an Error (Hono).',
    )
  if (why !== 'late') return
  context.config.warn(
    `Session ${id ?? '(new)'} was changed after the response headers had left; the change was dropped. ` +
      'Change session.data before the response begins; a session that is kept already also takes: await session.update(fn)',
  )
}

/** Discards data that was changed after the headers had been sent, if there is any. */
export function discardLateChanges(context: ManagerContext, state: SessionState): void {
  if (hasLateChanges(state)) discard(context, state, 'late')
}

/** Emits `rotated` if a write has replaced the token. */
export function emitRotated(
  { emit }: ManagerContext,
  { opened, rotated }: Extract<SaveOutcome, { saved: true }>,
): void {
  const { id, userId } = opened.record
  if (rotated) emit('rotated', { id, userId, why: rotated })
}

/**
 * Creates the record of an anonymous session, under the id that the handler has seen, if any. `data` is what is
 * written, `submitted` the data that the handler had left: `update` on a new session writes more than that. If that
 * id has ended meanwhile, the changes are discarded and the session is `gone`.
 */
export async function create(
  context: ManagerContext,
  state: SessionState,
  { data, submitted }: { data: Uint8Array; submitted: Uint8Array },
): Promise<void> {
  const { config, store, emit } = context
  const { maxAge, absoluteTimeout, persistent } = config
  const { visibleId } = state
  const limits = { maxAge, absoluteTimeout, persistent }
  const draft = { ...limits, data, ...(visibleId === undefined ? {} : { id: visibleId }) }
  const creation = await store.create(draft, {})
  if (!creation.created) {
    discard(context, state, 'ended')
    markEnded(context, state, 'gone')
    return
  }
  applySaved(state, creation, submitted)
  emit('created', { id: creation.opened.record.id, userId: undefined })
}

/** Decides on a new session with something to keep: a record whose token cannot be sent would be of no use. */
function decideCreate(context: ManagerContext, carrier: Carrier, mine: Uint8Array): Decision {
  if (canSend(context, carrier)) return { action: 'create', mine }
  warnPlainHttp(context, undefined)
  return { action: 'discard', why: 'insecure' }
}

/**
 * Saves changes to a record.
 * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile.
 */
async function save(
  context: ManagerContext,
  state: SessionState,
  { opened, changes, mine }: Extract<Decision, { action: 'save' }>,
): Promise<void> {
  const { id } = opened.record
  const saving = await context.store.save(opened, changes)
  if (saving.saved) {
    state.mustRotate = false
    applySaved(state, saving, mine)
    emitRotated(context, saving)
    return
  }
  if (changes.data || changes.rotate) discard(context, state, saving.why)
  if (saving.why === 'superseded') throw supersededError(id)
  markEnded(context, state, 'gone')
}

/** Returns true if the data differs from what was loaded or saved. Data that cannot be encoded was changed too. */
function hasLateChanges({ tracked }: SessionState): boolean {
  try {
    return !sameBytes(tracked.bytes(), tracked.base())
  } catch {
    return true
  }
}

function needsTouch({ config }: ManagerContext, opened: OpenedSession): boolean {
  return isTouchDue(opened, config.clock(), config.touchInterval)
}
