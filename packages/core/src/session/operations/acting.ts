import { emptyData } from '../../data/size.ts'
import { SessionAccessError, SessionConflictError, SessionUsageError } from '../../errors.ts'
import { type ActAsOptions, actingDraft } from '../../options/acting-options.ts'
import type { SessionConfig } from '../../options/resolve-config.ts'
import { writtenVersion } from '../../store/apply-changes.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { ActingLimits } from '../../store/store.ts'
import { emitSaved } from '../commit/commit.ts'
import { withClient } from '../commit/decide.ts'
import { endActing, isElevated, openActor } from '../load/actor.ts'
import { stampForLogin } from '../load/user-stamp.ts'
import { requireOwn, requireUser } from '../require.ts'
import {
  applySaved,
  type ManagerContext,
  markEnded,
  type SessionState,
  supersededError,
} from '../state.ts'
import { changedData } from '../track-data.ts'
import { emitCreated, refusedError } from './login.ts'

// Acting as another user: a member of staff sees the application as a customer does. The actor's own session stays as it
// is. A second one is created for the customer, whose record names the actor and the actor's session, and its token takes
// the place of the other one in the client. On the way back, the actor's session gets a new token, by cause:
//
//   client has    | actAs(customer)            | stopActing()
//   --------------|----------------------------|------------------------------------------
//   own session   | saved; alive, but unused   | new token, authority + 1; sent
//   acting one    | created; its token is sent | refused, because of that authority; ended
//
// Each request with the acting session looks up the actor's (actor.ts), which is one more read of the store.

/** The arguments of `Session.actAs`. */
export interface ActAsArgs {
  readonly userId: string
  readonly options: ActAsOptions
}

/** Begins to act as another user; see `Session.actAs`. A parallel request with the same token joins it, as for a login. */
export async function actAs(
  context: ManagerContext,
  state: SessionState,
  { userId, options }: ActAsArgs,
): Promise<void> {
  const { config, store, codec } = context
  const limits = limitsOfActing(config)
  const actorId = requireOwn(state)
  if (userId === actorId) throw actsAsOneselfError(state)
  const { opened, presented } = state
  if (!opened) throw overError('Nothing changed') // not after requireOwn()
  const longest = opened.record.absoluteExpiresAt - config.clock()
  const terms = actingDraft(limits, options, longest)
  const stamp = await stampForLogin(context, { userId, options: {} })
  const { id, authority } = (await saveOwn(context, state, opened)).record
  const actor = { userId: actorId, sessionId: id, authority }
  const own = { ...stamp, ...state.takeFingerprint() }
  const dataVersion = writtenVersion(config.dataShape?.version)
  const draft = { userId, actor, data: emptyData(codec), dataVersion, ...terms, ...own }
  const creation = await store.create(presented ? { ...draft, presented } : draft, {})
  if (!creation.created) throw refusedError(creation.why)
  applySaved(state, creation, state.tracked.base())
  emitCreated(context, creation)
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` without the option `acting`. */
function limitsOfActing({ acting }: SessionConfig): ActingLimits {
  if (acting) return acting
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'actAs() was called, and nobody may act as another user. Give createSessionManager() the option acting: true.',
  )
}

/**
 * Saves the actor's session: what the handler has changed belongs to it. Then it is looked up, because without changes
 * nothing is written, and nobody would notice that it is over. Returns it as it was saved, and goes on from there: if the
 * rest fails, the client still needs the token of a rotation.
 */
async function saveOwn(
  context: ManagerContext,
  state: SessionState,
  opened: OpenedSession,
): Promise<OpenedSession> {
  const { store } = context
  const data = changedData(state.tracked)
  const rotate = state.mustRotate ? { rotate: {} } : {}
  const saving = await store.save(opened, withClient(state, { data, ...rotate }))
  if (!saving.saved && saving.why === 'superseded') throw supersededError(context, opened, 'actAs')
  if (saving.saved) {
    state.mustRotate = false
    applySaved(state, saving, data.mine)
    emitSaved(context, saving)
  }
  const found = saving.saved ? await store.openById?.(opened.record.id) : undefined
  if (!saving.saved || found?.outcome !== 'open') {
    markEnded(context, state, 'gone')
    throw overError('Nothing changed')
  }
  if (found.opened.record.authority === saving.opened.record.authority) return saving.opened
  state.outgoing = undefined // it would overwrite the token of whoever has elevated the session (P12)
  throw supersededError(context, opened, 'actAs')
}

/**
 * Ends the acting session and goes on with the actor's own; see `Session.stopActing`. The actor's session is elevated
 * first: from then on no other request opens the acting one, whatever fails after it.
 */
export async function stopActing(context: ManagerContext, state: SessionState): Promise<void> {
  requireUser(state)
  const { opened: acting } = state
  if (!acting?.record.actor) return
  const { actor } = acting.record
  const own = await openActor(context, actor)
  if (own && isElevated(own, actor)) throw supersededError(context, own, 'stopActing')
  const mine = state.tracked.bytes()
  const saving = own && (await context.store.save(own, { rotate: {} }))
  if (saving && !saving.saved && saving.why === 'superseded')
    throw supersededError(context, own, 'stopActing')
  await endActing(context, acting, saving?.saved ? 'logout' : 'revoked')
  if (!saving?.saved) {
    markEnded(context, state, 'revoked')
    throw overError('Nobody acts any more')
  }
  state.mustRotate = false
  applySaved(state, saving, mine)
  emitSaved(context, saving)
}

function actsAsOneselfError({ id }: SessionState): SessionAccessError {
  return new SessionAccessError(
    'ERR_SESSION_ACTING',
    `Session ${id} is of the user whom it would act as. Give actAs() the id of another user.`,
  )
}

function overError(what: string): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_ENDED',
    `The session of whoever acts as another user has ended. ${what}. Ask them to log in again.`,
  )
}
