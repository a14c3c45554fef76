import type { RequestCarrier } from '../../http/carrier.ts'
import { readPresented } from '../../http/transport.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { OpenOutcome } from '../../store/store.ts'
import { isElevated, openActor } from '../load/actor.ts'
import { refuseChangedStamp } from '../load/user-stamp.ts'
import type { ManagerContext } from '../state.ts'

/**
 * The session whose key a browser registers or proves; `'over'` if it is over for good, or there is none; `'unsure'` if this request
 * cannot tell: its token is being replaced, or nothing can be read from it. A browser that is told that a session is over throws
 * its key away, so that a wrong answer would log its user out.
 */
export type DeviceSession = OpenedSession | 'over' | 'unsure'

/**
 * Finds the session of a request to the routes of a browser. It does not ask for the bound cookie, which the browser is about to get,
 * nor compares a fingerprint: a proof says more, and browsers make these requests with other headers than those of pages. In an
 * acting session it is the actor's own session, because that browser is bound.
 * @throws SessionStoreError if the store fails, whatever `onStoreError` is.
 */
export async function findDeviceSession(
  context: ManagerContext,
  request: RequestCarrier,
): Promise<DeviceSession> {
  const presented = readPresented(context, request)
  if (presented === 'excessive') return 'unsure'
  if (presented.tokens.length === 0) return 'over'
  const found = await context.store.open(presented.tokens, presented.offers)
  const outcome = context.config.securityStamp ? await refuseChangedStamp(context, found) : found
  if (outcome.outcome !== 'open') return isOver(context, outcome) ? 'over' : 'unsure'
  const { actor } = outcome.opened.record
  if (!actor) return outcome.opened
  const own = await openActor(context, actor)
  if (!own) return 'over'
  return isElevated(own, actor) ? 'unsure' : own
}

/**
 * Returns true if a session is over for good. It may not be if its token is stale, its record cannot be decoded here, or two
 * sessions are presented; nor if it was an acting session that ended a moment ago: the browser is about to go on with the actor's own.
 */
function isOver(
  { config }: ManagerContext,
  outcome: Exclude<OpenOutcome, { outcome: 'open' }>,
): boolean {
  if (outcome.outcome === 'ended') return outcome.reason !== 'stale' && !config.acting
  return outcome.why !== 'corrupt' && outcome.why !== 'ambiguous'
}
