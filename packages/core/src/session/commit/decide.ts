import { sameBytes } from '../../data/decode.ts'
import type { DiscardReason } from '../../events.ts'
import type { Carrier } from '../../http/carrier.ts'
import { isTouchDue } from '../../record/expiry.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { Changes } from '../../store/store.ts'
import { canSend, type ManagerContext, type SessionState } from '../state.ts'
import { warnPlainHttp } from './send-headers.ts'

/**
 * What can still be sent with the response: a cookie; nothing, because the headers have been sent; or no cookie, because
 * the framework makes the response out of the binding's reach (`cookieless`).
 */
type ResponsePhase = 'open' | 'sent' | 'cookieless'

/** The response of a request, as its commit finds it. */
export interface CommitTarget {
  readonly carrier: Carrier
  readonly phase: ResponsePhase
}

/** What the end of a request does. `mine` is the encoded data that the handler left. */
type Decision =
  | WriteDecision
  | { readonly action: 'discard'; readonly why: DiscardReason }
  | Nothing

/** A decision that calls the store. */
export type WriteDecision = { readonly action: 'create'; readonly mine: Uint8Array } | SaveDecision

/** Changed data, a new token, or only a touch: the store does what is due. */
export interface SaveDecision {
  readonly action: 'save'
  readonly opened: OpenedSession
  readonly changes: Changes
  readonly mine: Uint8Array
}

interface Nothing {
  readonly action: 'nothing'
}

const nothing: Nothing = { action: 'nothing' }

/** Decides what the end of the request does; the table at the top of commit.ts. */
export function decide(
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
  const isSaveWanted =
    isSaveDue || state.fingerprint !== undefined || state.confirmedBinding !== undefined
  const isDue = (isSaveWanted && !state.isPassive) || needsTouch(context, state, opened)
  if (!isDirty && !mustRotate && !isDue) return nothing
  const data = isDirty ? { base: tracked.base(), mine, version: tracked.version() } : undefined
  const changes = changesOf(data, mustRotate)
  return { action: 'save', opened, changes: asUsed(state, changes), mine }
}

/** Returns what a request changes, with what it saves of its client, and marked if it does not count as use. */
export function asUsed(state: SessionState, changes: Changes): Changes {
  const all = withClient(state, changes)
  return state.isPassive ? { ...all, passive: true } : all
}

/** Returns what a request changes, with the fingerprint that the session takes over and the binding that was confirmed. */
export function withClient(
  { fingerprint, confirmedBinding }: SessionState,
  changes: Changes,
): Changes {
  const withPrint = fingerprint ? { ...changes, fingerprint } : changes
  return confirmedBinding === undefined
    ? withPrint
    : { ...withPrint, deviceBinding: { confirm: confirmedBinding } }
}

function changesOf(data: Changes['data'], mustRotate: boolean): Changes {
  if (!data) return mustRotate ? { rotate: {} } : {}
  return mustRotate ? { data, rotate: {} } : { data }
}

/** Returns true if saving the session would make a token that the client needs. Offers of rotation may get lost. */
function needsCookie({ store }: ManagerContext, { opened, mustRotate }: SessionState): boolean {
  return !opened || mustRotate || !store.supports.conditionalWrite // such a store keeps the data in the token
}

/** Decides on a new session with something to keep: a record whose token cannot be sent would be of no use. */
function decideCreate(context: ManagerContext, carrier: Carrier, mine: Uint8Array): Decision {
  if (canSend(context, carrier)) return { action: 'create', mine }
  warnPlainHttp(context, undefined)
  return { action: 'discard', why: 'insecure' }
}

/** Returns true if the data differs from what was loaded or saved. Data that cannot be encoded was changed too. */
export function hasLateChanges({ tracked }: SessionState): boolean {
  try {
    return !sameBytes(tracked.bytes(), tracked.base())
  } catch {
    return true
  }
}

/** Returns true if the end of this request prolongs the session by a touch, provided that it can be written. */
export function needsTouch(
  { config }: ManagerContext,
  { isPassive }: SessionState,
  opened: OpenedSession,
): boolean {
  return !isPassive && isTouchDue(opened, config.clock(), config.touchInterval)
}
