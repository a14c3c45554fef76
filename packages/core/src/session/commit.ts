import { sameBytes } from '../data/decode.ts'
import { trackData } from '../data/tracked-data.ts'
import { SessionUsageError } from '../errors.ts'
import type { DiscardReason } from '../events.ts'
import type { Carrier } from '../http/carrier.ts'
import { isTouchDue } from '../record/expiry.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { Changes, SaveOutcome } from '../store/store.ts'
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

/** Commits after all that was asked for before it; whether the headers have left is judged by when it was called. */
export function commit(
  context: ManagerContext,
  state: SessionState,
  carrier: Carrier,
  isSent = carrier.sent,
): Promise<void> | undefined {
  if (state.pending) return state.pending.then(() => commit(context, state, carrier, isSent))
  const finish = () => {
    if (!isSent) sendHeaders(context, state, carrier)
  }
  const fail = (error: unknown) => failed(context, state, error)
  try {
    const decision = decide(context, state, { carrier, isSent })
    if (decision.act === 'create' || decision.act === 'save')
      return enqueue(state, () => write(context, state, decision).then(finish).catch(fail))
    if (decision.act === 'discard') discard(context, state, decision.why)
    finish()
    return undefined
  } catch (error) {
    return Promise.reject(error).catch(fail)
  }
}

/** The response fails with it. Of the store's errors the guard has told, and of a refused write its discard. */
function failed({ emit }: ManagerContext, state: SessionState, error: unknown): never {
  state.hasFailed = true
  if (error instanceof SessionUsageError) emit('failed', { operation: 'commit', error })
  throw error
}

/** What the end of a request comes to. Each write includes those below it. */
type Decision =
  | { readonly act: 'create'; readonly mine: Uint8Array }
  /** A new token, changed data, or only a touch: the store does what is due. */
  | {
      readonly act: 'save'
      readonly opened: OpenedSession
      readonly changes: Changes
      readonly mine: Uint8Array
    }
  | { readonly act: 'discard'; readonly why: DiscardReason }
  | { readonly act: 'nothing' }

const nothing: Decision = { act: 'nothing' }

/** Decides, without I/O, what the end of the request must write. */
function decide(
  context: ManagerContext,
  state: SessionState,
  { carrier, isSent }: { carrier: Carrier; isSent: boolean },
): Decision {
  const { opened, tracked, mustRotate, mustKeep } = state
  if (state.hasFailed) return nothing
  if (isSent) return hasLateChanges(state) ? { act: 'discard', why: 'late' } : nothing
  const mine = tracked.bytes()
  const isDirty = !sameBytes(mine, tracked.base())
  if (state.isReadOnly) return isDirty ? { act: 'discard', why: 'unavailable' } : nothing
  if (state.ended) return isDirty ? { act: 'discard', why: 'ended' } : nothing
  if (!opened) return isDirty || mustKeep ? decideCreate(context, carrier, mine) : nothing
  if (!isDirty && !mustRotate && !isDue(context, opened)) return nothing
  const changes: Changes = {
    ...(isDirty ? { data: { base: tracked.base(), mine } } : {}),
    ...(mustRotate ? { rotate: {} } : {}),
  }
  return { act: 'save', opened, changes, mine }
}

/** Writes what was decided. */
async function write(
  context: ManagerContext,
  state: SessionState,
  decision: Decision,
): Promise<void> {
  if (decision.act === 'create')
    return create(context, state, { data: decision.mine, sent: decision.mine })
  if (decision.act === 'save') return save(context, state, decision)
}

/** Tells of changes that nobody will keep, once: the session goes on from what is kept. */
export function discard(context: ManagerContext, state: SessionState, why: DiscardReason): void {
  state.tracked = trackData(context.codec, state.tracked.base())
  const id = state.opened?.record.id
  context.emit('discarded', { what: 'changes', why, id })
  if (why !== 'late' || !context.config.development) return
  context.config.warn(
    `Session ${id ?? '(new)'} was changed after the response headers had left; the change was dropped. ` +
      'Change session.data before the response begins; a session that is kept already also takes: await session.update(fn)',
  )
}

/** Tells of data that was changed after the headers had left. */
export function discardLateChanges(context: ManagerContext, state: SessionState): void {
  if (hasLateChanges(state)) discard(context, state, 'late')
}

/** Tells of a token that a write has changed. */
export function emitRotated(
  { emit }: ManagerContext,
  { opened, rotated }: Extract<SaveOutcome, { saved: true }>,
): void {
  const { id, userId } = opened.record
  if (rotated) emit('rotated', { id, userId, why: rotated })
}

/** Creates an anonymous session with `data`; the handler had left `sent`. */
export async function create(
  context: ManagerContext,
  state: SessionState,
  { data, sent }: { data: Uint8Array; sent: Uint8Array },
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
  applySaved(state, creation, sent)
  emit('created', { id: creation.opened.record.id, userId: undefined })
}

function decideCreate(context: ManagerContext, carrier: Carrier, mine: Uint8Array): Decision {
  if (canSend(context, carrier)) return { act: 'create', mine }
  warnPlainHttp(context, undefined)
  return { act: 'discard', why: 'insecure' }
}

async function save(
  context: ManagerContext,
  state: SessionState,
  { opened, changes, mine }: Extract<Decision, { act: 'save' }>,
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

/** Whether data was changed after the headers had left; what cannot even be encoded was. */
function hasLateChanges({ tracked }: SessionState): boolean {
  try {
    return !sameBytes(tracked.bytes(), tracked.base())
  } catch {
    return true
  }
}

function isDue({ config }: ManagerContext, opened: OpenedSession): boolean {
  return isTouchDue(opened, config.clock(), config.touchInterval)
}
