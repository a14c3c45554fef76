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
//    | new: data set, or a CSRF token was made           | create, or discard (`insecure`) if no cookie can be sent |
//    | live: data changed, `rotate()`, or a touch is due | save                                                     |
//    | anything else                                     | nothing                                                  |
//
// 2. Write (`write`). One call to the store. The record that it returns becomes `state.opened`, and a token that it
//    returns becomes `state.outgoing`: a token in an outcome means "send it".
// 3. Headers (`sendHeaders`). `Vary` if the handler used the session; the token and `Cache-Control` if there is a token
//    to send or to clear. Skipped if the headers had been sent when the commit was called.
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
} from './state.ts'
import { takeOverFailure } from './unawaited-operations.ts'

/**
 * Commits a session; see `SessionManager.commit`. Waits for the operations queued on the session. Whether the headers
 * have been sent is read once, when it is called: the wait must not turn a commit in time into a late one. Returns
 * `undefined` if there is nothing to wait for.
 */
export function commit(
  context: ManagerContext,
  state: SessionState,
  carrier: Carrier,
  isSent = carrier.sent,
): Promise<void> | undefined {
  if (state.pending || state.operations.size > 0 || state.failure)
    return commitAfter(context, state, { carrier, isSent, called: [...state.operations] })
  const finish = () => {
    if (!isSent) sendHeaders(context, state, carrier)
  }
  const fail = (error: unknown) => failCommit(context, state, error)
  try {
    const decision = decide(context, state, { carrier, isSent })
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
  { carrier, isSent, called }: { carrier: Carrier; isSent: boolean; called: RunningOperation[] },
): Promise<void> {
  for (const { done } of called) await done
  await state.pending
  if (isSent) state.failure = undefined
  try {
    takeOverFailure(context, state, called)
  } catch (error) {
    state.hasFailed = true
    throw error
  }
  await commit(context, state, carrier, isSent)
}

/**
 * Marks the commit as failed and rethrows the error. Emits `failed` for usage errors only: for an error of the store
 * the guarded backend has emitted it, and a refused write has emitted `discarded`.
 */
function failCommit({ emit }: ManagerContext, state: SessionState, error: unknown): never {
  state.hasFailed = true
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
  { carrier, isSent }: { carrier: Carrier; isSent: boolean },
): Decision {
  const { opened, tracked, mustRotate, mustKeep } = state
  if (state.hasFailed) return nothing
  if (isSent) return hasLateChanges(state) ? { action: 'discard', why: 'late' } : nothing
  const mine = tracked.bytes()
  const isDirty = !sameBytes(mine, tracked.base())
  if (state.isReadOnly) return isDirty ? { action: 'discard', why: 'unavailable' } : nothing
  if (state.ended) return isDirty ? { action: 'discard', why: 'ended' } : nothing
  if (!opened) return isDirty || mustKeep ? decideCreate(context, carrier, mine) : nothing
  if (!isDirty && !mustRotate && !needsTouch(context, opened)) return nothing
  const changes: Changes = {
    ...(isDirty ? { data: { base: tracked.base(), mine } } : {}),
    ...(mustRotate ? { rotate: {} } : {}),
  }
  return { action: 'save', opened, changes, mine }
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
