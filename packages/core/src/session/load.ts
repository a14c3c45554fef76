import { SessionStoreError } from '../errors.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import { readTokens } from '../http/transport.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { OpenOutcome } from '../store/store.ts'
import { createState, type ManagerContext, type SessionState } from './state.ts'

type Use = Pick<SessionState, 'isReadOnly' | 'isSent'>

/** The state that a request's session begins with. */
export async function loadState(
  context: ManagerContext,
  carrier: RequestCarrier,
  use: Use,
): Promise<SessionState> {
  const tokens = readTokens(context.transports, carrier)
  if (tokens.length === 0) return createState(context, use)
  const opening = await openTokens(context, tokens).catch((error) =>
    storeErrorOrThrow(context.config, error),
  )
  return opening instanceof SessionStoreError
    ? createState(context, { ...use, isReadOnly: true, storeError: opening })
    : stateFrom(context, opening, use)
}

/** Where the application wants it so, an empty session stands in for one that the store cannot open (P8). */
function storeErrorOrThrow({ onStoreError }: SessionConfig, error: unknown): SessionStoreError {
  if (onStoreError === 'anonymous' && error instanceof SessionStoreError) return error
  throw error
}

/** Presents the request's tokens to the store. */
async function openTokens(
  { store }: ManagerContext,
  tokens: readonly string[] | 'excessive',
): Promise<OpenOutcome> {
  if (tokens === 'excessive') return { outcome: 'discarded', why: 'excessive', id: undefined }
  return store.open(tokens)
}

function stateFrom(context: ManagerContext, opening: OpenOutcome, use: Use): SessionState {
  const { emit } = context
  if (opening.outcome === 'open') return stateOn(context, opening, use)
  if (opening.outcome === 'discarded')
    emit('discarded', { what: 'token', why: opening.why, id: opening.id })
  if (opening.outcome !== 'ended') return createState(context, use)
  const why = opening.reason === 'stale' ? 'stale' : 'ended'
  emit('discarded', { what: 'token', why, id: opening.id })
  return createState(context, { ...use, ended: { why: opening.reason, id: opening.id } })
}

/** Data that cannot be decoded is no session; the record stays in place for the operator. */
function stateOn(
  context: ManagerContext,
  { opened }: Extract<OpenOutcome, { outcome: 'open' }>,
  use: Use,
): SessionState {
  try {
    return createState(context, { ...use, opened })
  } catch (cause) {
    const { id } = opened.record
    context.emit('corrupt', { id, cause })
    context.emit('discarded', { what: 'token', why: 'corrupt', id })
    return createState(context, use)
  }
}
