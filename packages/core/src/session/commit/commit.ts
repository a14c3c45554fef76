// The commit: what the end of a request does with its session. Three steps, always in this order:
//
// 1. Decide (decide.ts, no I/O). The first row that applies:
//
//    | the request                                       | decision                                                 |
//    |---------------------------------------------------|----------------------------------------------------------|
//    | an earlier commit failed                          | nothing                                                  |
//    | the response headers have been sent               | discard (`late`) changed data                            |
//    | the session is read-only                          | discard (`unavailable`) changed data                     |
//    | the session has ended                             | discard (`ended`) changed data                           |
//    | a cookie is due, and the response is `cookieless` | discard (`cookieless`) changed data and the rotation     |
//    | new: data set, or a CSRF token was made           | create, or discard (`insecure`) if no cookie can be sent |
//    | live: data changed, `rotate()`                    | save                                                     |
//    | live: a touch is due, a token to confirm, or a    | save, unless the request is passive                      |
//    | fingerprint to take over                          |                                                          |
//    | anything else                                     | nothing                                                  |
//
// 2. Write (`writeAndSend`). One call to the store. The record that it returns becomes `state.opened`, and a token or
//    offer that it returns becomes `state.outgoing`: a token in an outcome means "send it".
// 3. Headers (`sendHeaders`). `Vary` if the handler used the session; the token and `Cache-Control` if there is a token
//    to send or to clear. Skipped if the headers had been sent when the commit was called, or no cookie can be sent.
//
// `login`, `destroy` and `update` write when they are called, before the commit; the commit waits for them.

import { SessionDataError, SessionUsageError, thrownOrError } from '../../errors.ts'
import type { DiscardReason } from '../../events.ts'
import type { Carrier } from '../../http/carrier.ts'
import { namesOf } from '../../record/record.ts'
import { writtenVersion } from '../../store/apply-changes.ts'
import type { SaveOutcome } from '../../store/store.ts'
import { type Awaitable, andThen, rejectThrown } from '../../util/and-then.ts'
import { isThenable } from '../../util/is-thenable.ts'
import { touchActor } from '../load/actor.ts'
import { takeOverFailure } from '../operations/unawaited-operations.ts'
import {
  applySaved,
  type ManagerContext,
  markEnded,
  occupyQueue,
  type SessionState,
  supersededError,
  withdrawOffer,
} from '../state.ts'
import {
  type CommitTarget,
  decide,
  hasLateChanges,
  type SaveDecision,
  type WriteDecision,
} from './decide.ts'
import { sendHeaders } from './send-headers.ts'

/** Options of `SessionManager.commit`. */
export interface CommitOptions {
  /** True if no cookie can be sent although no headers have been. @default false */
  readonly cookieless?: boolean
}

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

function commitIn(
  context: ManagerContext,
  state: SessionState,
  target: CommitTarget,
): Promise<void> | undefined {
  if (state.pending || state.operations.length > 0 || state.failure) {
    const committing = commitAfter(context, state, target)
    const clear = () => {
      if (state.committing === settled) state.committing = undefined
    }
    const settled: Promise<void> = committing.then(clear, clear)
    state.committing = settled
    return committing
  }
  try {
    const decision = decide(context, state, target)
    if (decision.action === 'create' || decision.action === 'save') {
      const { tracing } = context
      const write = { target, decision }
      const writing = tracing.isActive
        ? tracing.run('commit', async () => writeAndSend(context, state, write))
        : writeAndSend(context, state, write)
      return writing && occupyQueue(state, writing)
    }
    if (decision.action === 'discard') discard(context, state, decision.why)
    if (target.phase === 'open') sendHeaders(context, state, target.carrier)
    return undefined
  } catch (error) {
    noteFailure(context, state, error)
    return Promise.reject(error)
  }
}

/**
 * Commits once the operations that were called before are done. A failure that the application does not handle is thrown,
 * unless the headers have been sent: then no response can fail, and the event `failed` has reported it.
 */
async function commitAfter(
  context: ManagerContext,
  state: SessionState,
  target: CommitTarget,
): Promise<void> {
  const called = state.operations
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
 * Marks the commit as failed. Emits `failed` for errors of usage and of data only: for an error of the store the guarded backend has
 * emitted it, and a refused write has emitted `discarded`.
 */
function noteFailure({ emit }: ManagerContext, state: SessionState, error: unknown): void {
  state.hasFailed = true
  withdrawOffer(state)
  if (error instanceof SessionUsageError || error instanceof SessionDataError)
    emit('failed', { operation: 'commit', error })
}

/** Carries out a decision to create or to save, and then sends the headers. Returns a promise if the store does. */
function writeAndSend(
  context: ManagerContext,
  state: SessionState,
  { decision, target }: { readonly decision: WriteDecision; readonly target: CommitTarget },
): Promise<void> | undefined {
  const send = () => {
    if (target.phase === 'open') sendHeaders(context, state, target.carrier)
  }
  const { mine } = decision
  const writing = rejectThrown(() =>
    decision.action === 'create'
      ? andThen(create(context, state, { data: mine, submitted: mine, by: 'commit' }), send)
      : save(context, state, decision, send),
  )
  if (!isThenable(writing)) return undefined
  return writing.catch((error: unknown) => {
    noteFailure(context, state, error)
    throw thrownOrError(error)
  })
}

/** Saves the session, adopts the outcome and calls `next`. */
function save(
  context: ManagerContext,
  state: SessionState,
  decision: SaveDecision,
  next: () => void,
): Awaitable<void> {
  return andThen(context.store.save(decision.opened, decision.changes), (saving) => {
    adoptSaved(context, state, { saving, decision })
    const actor = saving.saved && saving.isTouched && saving.opened.record.actor
    return actor ? touchActor(context, actor).then(next) : next()
  })
}

/**
 * Drops the changes of the data and emits `discarded`. The data goes back to what was loaded or last saved, so a second
 * commit does not emit the event again.
 */
function discard(context: ManagerContext, state: SessionState, why: DiscardReason): void {
  state.tracked = state.tracked.reset()
  const id = state.opened?.record.id
  context.emit('discarded', { what: 'changes', why, id })
  if (!context.config.development) return
  if (why === 'ended')
    context.warnOnce(
      'session.data was changed on a session that has ended, by a request with an old cookie or by flash.add() after destroy(); the change was dropped. ' +
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

/** Emits `touched` and `rotated` if a save has prolonged the session or replaced its token. */
export function emitSaved(
  { emit, heard }: ManagerContext,
  { opened, rotated, isTouched }: Extract<SaveOutcome, { saved: true }>,
): void {
  if (isTouched && heard.touched) emit('touched', namesOf(opened.record))
  if (rotated) emit('rotated', { ...namesOf(opened.record), why: rotated })
}

/** Emits what `emitSaved` does, and `committed` if anything was written. */
export function emitCommitted(
  context: ManagerContext,
  saving: Extract<SaveOutcome, { saved: true }>,
  by: 'commit' | 'update',
): void {
  emitSaved(context, saving)
  const { isChanged: changed = false, isTouched = false, rotated } = saving
  if (!context.heard.committed || !(changed || isTouched || rotated)) return
  context.emit('committed', { ...namesOf(saving.opened.record), by, changed })
}

/**
 * Creates the record of an anonymous session, under the id that the handler has seen, if any. `data` is what is
 * written, `submitted` the data that the handler had left: `update` on a new session writes more than that. If that
 * id has ended meanwhile, the changes are discarded and the session is `gone`.
 */
export function create(
  context: ManagerContext,
  state: SessionState,
  { data, submitted, by }: { data: Uint8Array; submitted: Uint8Array; by: 'commit' | 'update' },
): Awaitable<void> {
  const { config, store, emit, heard } = context
  const { maxAge, absoluteTimeout, persistent, dataShape } = config
  const { visibleId } = state
  const draft = {
    maxAge,
    absoluteTimeout,
    persistent,
    data,
    dataVersion: writtenVersion(dataShape?.version),
    ...state.takeFingerprint(),
  }
  const creating = store.create(visibleId === undefined ? draft : { ...draft, id: visibleId }, {})
  return andThen(creating, (creation) => {
    if (!creation.created) {
      discard(context, state, 'ended')
      markEnded(context, state, 'gone')
      return
    }
    applySaved(state, creation, submitted)
    const { id } = creation.opened.record
    emit('created', { id, userId: undefined })
    if (heard.committed) emit('committed', { id, userId: undefined, by, changed: true })
  })
}

/**
 * Adopts the outcome of a save.
 * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile.
 */
function adoptSaved(
  context: ManagerContext,
  state: SessionState,
  { saving, decision }: { saving: SaveOutcome; decision: SaveDecision },
): void {
  const { opened, changes, mine } = decision
  if (saving.saved) {
    state.mustRotate = false
    applySaved(state, saving, mine)
    emitCommitted(context, saving, 'commit')
    return
  }
  const error = saving.why === 'superseded' ? supersededError(context, opened, 'commit') : undefined
  if (changes.data || changes.rotate) discard(context, state, saving.why)
  if (error) throw error
  markEnded(context, state, 'gone')
}
