import { sameBytes } from '../data/decode.ts'
import { createDataBox } from '../data/tracked-data.ts'
import { SessionUsageError } from '../errors.ts'
import type { DiscardReason } from '../events.ts'
import type { Carrier } from '../http/carrier.ts'
import { isTouchDue } from '../record/expiry.ts'
import type { Opened } from '../store/opened.ts'
import type { Changes, Saving } from '../store/store.ts'
import { sendHeaders, warnOfPlainHttp } from './send-headers.ts'
import {
  canSend,
  fall,
  inOrder,
  type ManagerParts,
  type SessionState,
  stand,
  superseded,
} from './state.ts'

/** Commits after all that was asked for before it; whether the headers have left is judged by when it was called. */
export function commit(
  parts: ManagerParts,
  state: SessionState,
  carrier: Carrier,
  isSent = carrier.sent,
): Promise<void> | undefined {
  if (state.tail) return state.tail.then(() => commit(parts, state, carrier, isSent))
  const finish = () => {
    if (!isSent) sendHeaders(parts, state, carrier)
  }
  const fail = (error: unknown) => failed(parts, state, error)
  try {
    const decision = decide(parts, state, { carrier, isSent })
    if (decision.act === 'create' || decision.act === 'save')
      return inOrder(state, () => write(parts, state, decision).then(finish).catch(fail))
    if (decision.act === 'discard') discard(parts, state, decision.why)
    finish()
    return undefined
  } catch (error) {
    return Promise.reject(error).catch(fail)
  }
}

/** The response fails with it. Of the store's errors the guard has told, and of a refused write its discard. */
function failed({ emit }: ManagerParts, state: SessionState, error: unknown): never {
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
      readonly opened: Opened
      readonly changes: Changes
      readonly mine: Uint8Array
    }
  | { readonly act: 'discard'; readonly why: DiscardReason }
  | { readonly act: 'nothing' }

const nothing: Decision = { act: 'nothing' }

/** Decides, without I/O, what the end of the request must write. */
function decide(
  parts: ManagerParts,
  state: SessionState,
  { carrier, isSent }: { carrier: Carrier; isSent: boolean },
): Decision {
  const { opened, box, wantsRotation, wantsKeeping } = state
  if (state.hasFailed) return nothing
  if (isSent) return isLate(state) ? { act: 'discard', why: 'late' } : nothing
  const mine = box.bytes()
  const isDirty = !sameBytes(mine, box.base())
  if (state.isReadOnly) return isDirty ? { act: 'discard', why: 'unavailable' } : nothing
  if (state.ended) return isDirty ? { act: 'discard', why: 'ended' } : nothing
  if (!opened) return isDirty || wantsKeeping ? decideCreate(parts, carrier, mine) : nothing
  if (!isDirty && !wantsRotation && !isDue(parts, opened)) return nothing
  const changes: Changes = {
    ...(isDirty ? { data: { base: box.base(), mine } } : {}),
    ...(wantsRotation ? { rotate: {} } : {}),
  }
  return { act: 'save', opened, changes, mine }
}

/** Writes what was decided. */
async function write(parts: ManagerParts, state: SessionState, decision: Decision): Promise<void> {
  if (decision.act === 'create')
    return create(parts, state, { data: decision.mine, sent: decision.mine })
  if (decision.act === 'save') return save(parts, state, decision)
}

/** Tells of changes that nobody will keep, once: the session goes on from what is kept. */
export function discard(parts: ManagerParts, state: SessionState, why: DiscardReason): void {
  state.box = createDataBox(parts.codec, state.box.base())
  const id = state.opened?.record.id
  parts.emit('discarded', { what: 'changes', why, id })
  if (why !== 'late' || !parts.config.development) return
  parts.config.warn(
    `Session ${id ?? '(new)'} was changed after the response headers had left; the change was dropped. ` +
      'Change session.data before the response begins; a session that is kept already also takes: await session.update(fn)',
  )
}

/** Tells of data that was changed after the headers had left. */
export function tellIfLate(parts: ManagerParts, state: SessionState): void {
  if (isLate(state)) discard(parts, state, 'late')
}

/** Tells of a token that a write has changed. */
export function tellOfRotation(
  { emit }: ManagerParts,
  { opened, rotated }: Extract<Saving, { saved: true }>,
): void {
  const { id, userId } = opened.record
  if (rotated) emit('rotated', { id, userId, why: rotated })
}

/** Creates an anonymous session with `data`; the handler had left `sent`. */
export async function create(
  parts: ManagerParts,
  state: SessionState,
  { data, sent }: { data: Uint8Array; sent: Uint8Array },
): Promise<void> {
  const { config, store, emit } = parts
  const { maxAge, absoluteTimeout, persistent } = config
  const { shownId } = state
  const limits = { maxAge, absoluteTimeout, persistent }
  const draft = { ...limits, data, ...(shownId === undefined ? {} : { id: shownId }) }
  const creation = await store.create(draft, {})
  if (!creation.created) {
    discard(parts, state, 'ended')
    fall(parts, state, 'gone')
    return
  }
  stand(state, creation, sent)
  emit('created', { id: creation.opened.record.id, userId: undefined })
}

function decideCreate(parts: ManagerParts, carrier: Carrier, mine: Uint8Array): Decision {
  if (canSend(parts, carrier)) return { act: 'create', mine }
  warnOfPlainHttp(parts, undefined)
  return { act: 'discard', why: 'insecure' }
}

async function save(
  parts: ManagerParts,
  state: SessionState,
  { opened, changes, mine }: Extract<Decision, { act: 'save' }>,
): Promise<void> {
  const { id } = opened.record
  const saving = await parts.store.save(opened, changes)
  if (saving.saved) {
    state.wantsRotation = false
    stand(state, saving, mine)
    tellOfRotation(parts, saving)
    return
  }
  if (changes.data || changes.rotate) discard(parts, state, saving.why)
  if (saving.why === 'superseded') throw superseded(id)
  fall(parts, state, 'gone')
}

/** Whether data was changed after the headers had left; what cannot even be encoded was. */
function isLate({ box }: SessionState): boolean {
  try {
    return !sameBytes(box.bytes(), box.base())
  } catch {
    return true
  }
}

function isDue({ config }: ManagerParts, opened: Opened): boolean {
  return isTouchDue(opened, config.clock(), config.touchInterval)
}
