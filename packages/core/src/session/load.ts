import { SessionStoreError } from '../errors.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import { type PresentedTokens, readTokens } from '../http/transport.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { OpenOutcome } from '../store/store.ts'
import { warnOfOtherManager } from './issued-tokens.ts'
import { createState, type ManagerContext, type SessionState } from './state.ts'
import { refuseChangedStamp } from './user-stamp.ts'

/** What a loaded session may be used for: whether it can be written, and until when a cookie can be sent. */
export type LoadMode = Pick<SessionState, 'isReadOnly' | 'isSent' | 'isSecure' | 'onConsulted'>

/** What the state of a request with tokens begins with. */
type TokenMode = LoadMode & { readonly presented?: PresentedTokens }

/** For a session that is only read: it has no response. */
export const readOnlyMode: LoadMode = {
  isReadOnly: true,
  isSent: () => true,
  isSecure: false,
  onConsulted: undefined,
}

/**
 * Loads the session of a request. Without a token the session is new and the store is not called.
 * @throws SessionStoreError if the store cannot open the session and `onStoreError` is `'fail'` (P8).
 */
export async function loadState(
  context: ManagerContext,
  carrier: RequestCarrier,
  mode: LoadMode,
): Promise<SessionState> {
  const presented = readTokens(context.transports, carrier)
  if (presented !== 'excessive' && presented.tokens.length === 0) return createState(context, mode)
  const outcome = await openTokens(context, presented).catch((error) =>
    storeErrorOrThrow(context.config, error),
  )
  if (outcome instanceof SessionStoreError)
    return createState(context, { ...mode, isReadOnly: true, storeError: outcome })
  const mayBeOfOther =
    outcome.outcome === 'discarded' && (outcome.why === 'unknown' || outcome.why === 'forged')
  if (mayBeOfOther && presented !== 'excessive') warnOfOtherManager(context, presented.tokens)
  return stateFromOutcome(
    context,
    outcome,
    presented === 'excessive' ? mode : { ...mode, presented },
  )
}

/** Returns a store error if `onStoreError` is `'anonymous'`: an empty session then stands in. Rethrows any other. */
function storeErrorOrThrow({ onStoreError }: SessionConfig, error: unknown): SessionStoreError {
  if (onStoreError === 'anonymous' && error instanceof SessionStoreError) return error
  throw error
}

/** Opens the session of a request's tokens. Too many of them are refused without a call to the store. */
async function openTokens(
  context: ManagerContext,
  presented: PresentedTokens | 'excessive',
): Promise<OpenOutcome> {
  if (presented === 'excessive') return { outcome: 'discarded', why: 'excessive', id: undefined }
  const opening = context.store.open(presented.tokens, presented.offers)
  return context.config.securityStamp ? refuseChangedStamp(context, await opening) : opening
}

/** Turns the store's outcome into a state, and emits `discarded` for a token that opened nothing. */
function stateFromOutcome(
  context: ManagerContext,
  outcome: OpenOutcome,
  mode: TokenMode,
): SessionState {
  const { emit } = context
  if (outcome.outcome === 'open') return stateFromOpened(context, outcome, mode)
  if (outcome.outcome === 'discarded')
    emit('discarded', { what: 'token', why: outcome.why, id: outcome.id })
  if (outcome.outcome !== 'ended') return createState(context, mode)
  const why = outcome.reason === 'stale' ? 'stale' : 'ended'
  emit('discarded', { what: 'token', why, id: outcome.id })
  return createState(context, { ...mode, ended: { why: outcome.reason, id: outcome.id } })
}

/** Decodes the data. If that fails, the request gets a new session; the record stays in the store for the operator. */
function stateFromOpened(
  context: ManagerContext,
  { opened, ...due }: Extract<OpenOutcome, { outcome: 'open' }>,
  mode: TokenMode,
): SessionState {
  try {
    return createState(context, { ...mode, opened, due })
  } catch (cause) {
    const { id } = opened.record
    context.emit('corrupt', { id, cause })
    context.emit('discarded', { what: 'token', why: 'corrupt', id })
    return createState(context, mode)
  }
}
