import { SessionStoreError } from '../errors.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import { presentedTokens } from '../http/transport.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { Opening } from '../store/store.ts'
import { createState, type ManagerParts, type SessionState } from './state.ts'

type Use = Pick<SessionState, 'isReadOnly' | 'isSent'>

/** The state that a request's session begins with. */
export async function loadState(
  parts: ManagerParts,
  carrier: RequestCarrier,
  use: Use,
): Promise<SessionState> {
  const tokens = presentedTokens(parts.places, carrier)
  if (tokens.length === 0) return createState(parts, use)
  const opening = await present(parts, tokens).catch((error) => standIn(parts.config, error))
  return opening instanceof SessionStoreError
    ? createState(parts, { ...use, isReadOnly: true, trouble: opening })
    : stateFrom(parts, opening, use)
}

/** Where the application wants it so, an empty session stands in for one that the store cannot open (P8). */
function standIn({ onStoreError }: SessionConfig, error: unknown): SessionStoreError {
  if (onStoreError === 'anonymous' && error instanceof SessionStoreError) return error
  throw error
}

/** Presents the request's tokens to the store. */
async function present(
  { store }: ManagerParts,
  tokens: readonly string[] | 'excessive',
): Promise<Opening> {
  if (tokens === 'excessive') return { outcome: 'discarded', why: 'excessive', id: undefined }
  return store.open(tokens)
}

function stateFrom(parts: ManagerParts, opening: Opening, use: Use): SessionState {
  const { emit } = parts
  if (opening.outcome === 'open') return stateOn(parts, opening, use)
  if (opening.outcome === 'discarded')
    emit('discarded', { what: 'token', why: opening.why, id: opening.id })
  if (opening.outcome !== 'ended') return createState(parts, use)
  const why = opening.reason === 'stale' ? 'stale' : 'ended'
  emit('discarded', { what: 'token', why, id: opening.id })
  return createState(parts, { ...use, ended: { why: opening.reason, id: opening.id } })
}

/** Data that cannot be decoded is no session; the record stays in place for the operator. */
function stateOn(
  parts: ManagerParts,
  { opened }: Extract<Opening, { outcome: 'open' }>,
  use: Use,
): SessionState {
  try {
    return createState(parts, { ...use, opened })
  } catch (cause) {
    const { id } = opened.record
    parts.emit('corrupt', { id, cause })
    parts.emit('discarded', { what: 'token', why: 'corrupt', id })
    return createState(parts, use)
  }
}
