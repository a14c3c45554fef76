import { SessionStoreError } from '../../errors.ts'
import type { Carrier, RequestCarrier } from '../../http/carrier.ts'
import { isNothing, type PresentedTokens, readPresented } from '../../http/transport.ts'
import type { SessionConfig } from '../../options/resolve-config.ts'
import { namesOf } from '../../record/record.ts'
import type { SessionOperations } from '../operations/operations.ts'
import { Session } from '../session.ts'
import { type ManagerContext, SessionState, type StateSeed } from '../state.ts'
import { refuseEndedActor } from './actor.ts'
import { traceDeletedUser } from './deleted-user.ts'
import { type Compared, compareFingerprint } from './fingerprint.ts'
import { warnOfOtherManager } from './issued-tokens.ts'
import { refuseChangedStamp } from './user-stamp.ts'

/** What a load needs of its manager. */
export interface LoadContext {
  readonly context: ManagerContext
  readonly operations: SessionOperations
}

/**
 * Loads the session of a request; `response` is its carrier too, unless the session is only read. Without a token the
 * session is new, the store is not called, and there is nothing to trace.
 * @throws SessionStoreError if the store cannot open the session and `onStoreError` is `'fail'` (P8).
 */
export function loadSession<Data extends object>(
  mount: LoadContext,
  request: RequestCarrier,
  response?: Carrier,
): Promise<Session<Data>> {
  return mount.context.tracing.isActive
    ? loadTraced(mount, request, response)
    : loadUntraced(mount, request, response)
}

async function loadTraced<Data extends object>(
  mount: LoadContext,
  request: RequestCarrier,
  response: Carrier | undefined,
): Promise<Session<Data>> {
  const { tracing } = mount.context
  const presented = readPresented(mount.context, request)
  const load = () => loadUntraced<Data>(mount, request, response, presented)
  if (presented !== 'excessive' && isNothing(presented)) return load()
  return tracing.run(response ? 'load' : 'read', load)
}

/** One function and one promise, because every request pays for them. */
async function loadUntraced<Data extends object>(
  { context, operations }: LoadContext,
  request: RequestCarrier,
  response: Carrier | undefined,
  presented = readPresented(context, request),
): Promise<Session<Data>> {
  const { config, store } = context
  let state: SessionState
  if (presented === 'excessive') {
    context.emit('discarded', { what: 'token', why: presented, id: undefined })
    state = new SessionState(context, response)
  } else if (isNothing(presented)) state = new SessionState(context, response)
  else
    try {
      let outcome = await store.open(presented.tokens, presented.offers, presented.foreign)
      if (config.securityStamp) outcome = await refuseChangedStamp(context, outcome)
      const actor = outcome.outcome === 'open' ? outcome.opened.record.actor : undefined
      if (outcome.outcome === 'open' && actor)
        outcome = await refuseEndedActor(context, outcome, actor)
      const compared = config.fingerprint
        ? await compareFingerprint(context, { request, response }, outcome)
        : { outcome }
      state = stateFromOutcome(context, response, { compared, presented })
    } catch (error) {
      const storeError = storeErrorOrThrow(config, error)
      state = new SessionState(context, response, { storeError })
    }
  const session = new Session<Data>(state, operations)
  if (config.development) traceDeletedUser(session)
  return session
}

/** Returns a store error if `onStoreError` is `'anonymous'`: an empty session then stands in. Rethrows any other. */
function storeErrorOrThrow({ onStoreError }: SessionConfig, error: unknown): SessionStoreError {
  if (onStoreError === 'anonymous' && error instanceof SessionStoreError) return error
  throw error
}

/** Turns the store's outcome into a state, and emits `discarded` for a token that opened nothing. */
function stateFromOutcome(
  context: ManagerContext,
  response: Carrier | undefined,
  { compared, presented }: { compared: Compared; presented: PresentedTokens },
): SessionState {
  const { outcome, fingerprint, locked } = compared
  if (outcome.outcome === 'open')
    return stateFromOpened(context, response, { open: outcome, presented, fingerprint })
  if (outcome.outcome === 'ended') {
    const { id, reason } = outcome
    const why = reason === 'stale' || reason === 'mismatch' ? reason : 'ended'
    context.emit('discarded', { what: 'token', why, id })
    return new SessionState(context, response, { ended: { why: reason, id }, presented, locked })
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
  const { record } = seed.open.opened
  try {
    const state = new SessionState(context, response, seed)
    if (context.heard.loaded) context.emit('loaded', namesOf(record))
    return state
  } catch (cause) {
    const { id } = record
    context.emit('corrupt', { id, cause })
    context.emit('discarded', { what: 'token', why: 'corrupt', id })
    return new SessionState(context, response, { presented: seed.presented })
  }
}
