import { type Actor, type EndReason, namesOf } from '../../record/record.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { OpenOutcome } from '../../store/store.ts'
import type { ManagerContext } from '../state.ts'
import { refuseChangedStamp } from './user-stamp.ts'

// The actor of an acting session (acting.ts): its record names the actor's own session, which is looked up by each request
// with it. So an acting session never outlives the right of its actor, and needs no index of its own.

/** An acting session, and that of its actor if it is still open. */
export interface ActingOutcome {
  readonly outcome: OpenOutcome
  readonly own?: OpenedSession
}

/**
 * Passes on the outcome of an `open` or a `peek`, unless it is an acting session whose actor's session is over, or was
 * elevated since (P4): that one is ended, and counts as revoked. Only called for acting sessions.
 * @throws SessionStoreError if the store fails: that is never the end of a session (P8).
 */
export async function refuseEndedActor(
  context: ManagerContext,
  outcome: Extract<OpenOutcome, { outcome: 'open' }>,
  actor: Actor,
): Promise<ActingOutcome> {
  const own = await openActor(context, actor)
  if (own && !isElevated(own, actor)) return { outcome, own }
  await endActing(context, outcome.opened, 'revoked')
  return { outcome: { outcome: 'ended', id: outcome.opened.record.id, reason: 'revoked' } }
}

/**
 * Returns the actor's own session; `undefined` if it is over or is not one of this user, and if nobody may act any more. It
 * may have been elevated.
 */
export async function openActor(
  context: ManagerContext,
  { userId, sessionId }: Actor,
): Promise<OpenedSession | undefined> {
  const { config, store, ids } = context
  if (!config.acting || !store.openById || !ids.isOwn(sessionId)) return undefined
  const found = await store.openById(sessionId)
  const outcome = config.securityStamp ? await refuseChangedStamp(context, found) : found
  if (outcome.outcome !== 'open') return undefined
  const { record } = outcome.opened
  return record.userId === userId && !record.actor ? outcome.opened : undefined
}

/** Returns true if the actor's own session was elevated since the acting one began: that one is over then (P4). */
export function isElevated({ record }: OpenedSession, { authority }: Actor): boolean {
  return record.authority !== authority
}

/**
 * Touches the session of the actor after a touch of the acting one: whoever acts is there, and the own session must not idle
 * out meanwhile. A failure of the store is ignored: the next touch tries again.
 */
export async function touchActor(context: ManagerContext, actor: Actor): Promise<void> {
  const { store, emit, heard } = context
  try {
    const own = await openActor(context, actor)
    if (!own || isElevated(own, actor)) return
    const saving = await store.save(own, {})
    if (saving.saved && saving.isTouched && heard.touched)
      emit('touched', namesOf(saving.opened.record))
  } catch {
    // The store has emitted `failed`.
  }
}

/**
 * Ends an acting session. A failure of the store is ignored: the actor's session is over, so that no request opens this one
 * any more.
 */
export async function endActing(
  { store, emit }: ManagerContext,
  acting: OpenedSession,
  reason: EndReason,
): Promise<void> {
  try {
    const ending = await store.end(acting, reason)
    if (ending.last) emit('ended', { id: acting.record.id, reason })
  } catch {
    // The store has emitted `failed`.
  }
}

/** Ends the actor's own session, as when who acts logs out. @throws SessionStoreError if the store fails. */
export async function endActor(
  { store, emit }: ManagerContext,
  { sessionId }: Actor,
  reason: EndReason,
): Promise<void> {
  if (await store.endById?.(sessionId, reason)) emit('ended', { id: sessionId, reason })
}
