import { SessionStoreError } from '../errors.ts'
import type { Carrier, RequestCarrier } from '../http/carrier.ts'
import { type PresentedTokens, readTokens } from '../http/transport.ts'
import type { OpenOutcome } from '../store/store.ts'
import { warnOfOtherManager } from './issued-tokens.ts'
import { type ManagerContext, SessionState, type StateSeed } from './state.ts'
import { refuseChangedStamp } from './user-stamp.ts'

/**
 * Loads the session of a request; `response` is its carrier too, unless the session is only read. Without a token the
 * session is new, and returned without a promise or a call to the store.
 * @throws SessionStoreError if the store cannot open the session and `onStoreError` is `'fail'` (P8).
 */
export function loadState(
  context: ManagerContext,
  request: RequestCarrier,
  response: Carrier | undefined,
): SessionState | Promise<SessionState> {
  const presented = readTokens(context.transports, request)
  if (presented === 'excessive') {
    context.emit('discarded', { what: 'token', why: presented, id: undefined })
    return new SessionState(context, response)
  }
  if (presented.tokens.length === 0) return new SessionState(context, response)
  return openState(context, response, presented)
}

/** Opens the session of a request's tokens. */
async function openState(
  context: ManagerContext,
  response: Carrier | undefined,
  presented: PresentedTokens,
): Promise<SessionState> {
  const { config, store } = context
  let outcome: OpenOutcome
  try {
    outcome = await store.open(presented.tokens, presented.offers)
    if (config.securityStamp) outcome = await refuseChangedStamp(context, outcome)
  } catch (error) {
    if (config.onStoreError !== 'anonymous' || !(error instanceof SessionStoreError)) throw error
    return new SessionState(context, response, { storeError: error }) // an empty session stands in
  }
  if (outcome.outcome === 'open')
    return stateFromOpened(context, response, { open: outcome, presented })
  if (outcome.outcome === 'ended') {
    const { id, reason: why } = outcome
    context.emit('discarded', { what: 'token', why: why === 'stale' ? why : 'ended', id })
    return new SessionState(context, response, { ended: { why, id }, presented })
  }
  const { id, why } = outcome
  if (why === 'unknown' || why === 'forged') warnOfOtherManager(context, presented.tokens)
  context.emit('discarded', { what: 'token', why, id })
  return new SessionState(context, response, { presented })
}

/** Decodes the data. If that fails, the request gets a new session; the record stays in the store for the operator. */
function stateFromOpened(
  context: ManagerContext,
  response: Carrier | undefined,
  seed: StateSeed & Required<Pick<StateSeed, 'open'>>,
): SessionState {
  try {
    return new SessionState(context, response, seed)
  } catch (cause) {
    const { id } = seed.open.opened.record
    context.emit('corrupt', { id, cause })
    context.emit('discarded', { what: 'token', why: 'corrupt', id })
    return new SessionState(context, response, { presented: seed.presented })
  }
}
