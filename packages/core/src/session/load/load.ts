import { SessionStoreError, thrownOrError } from '../../errors.ts'
import type { Carrier, RequestCarrier } from '../../http/carrier.ts'
import { isNothing, type PresentedTokens, readPresented } from '../../http/transport.ts'
import type { SessionConfig } from '../../options/resolve-config.ts'
import type { Fingerprint } from '../../record/fingerprint.ts'
import { namesOf } from '../../record/record.ts'
import type { OpenOutcome } from '../../store/store.ts'
import { type Awaitable, andThen, rejectThrown } from '../../util/and-then.ts'
import { isThenable } from '../../util/is-thenable.ts'
import type { SessionOperations } from '../operations/operations.ts'
import { Session } from '../session.ts'
import { type ManagerContext, SessionState, type StateSeed } from '../state.ts'
import { refuseEndedActor } from './actor.ts'
import { traceDeletedUser } from './deleted-user.ts'
import { type DeviceOutcome, requireDevice } from './device-binding.ts'
import { compareFingerprint, type Exchange } from './fingerprint.ts'
import { warnOfOtherManager } from './issued-tokens.ts'
import { refuseChangedStamp } from './user-stamp.ts'

/** What a load has made of the tokens of a request. */
interface Judged extends DeviceOutcome {
  /** The fingerprint that the session is to take over with the next write. */
  readonly fingerprint?: Fingerprint
}

/** What a load needs of its manager. */
export interface LoadContext {
  readonly context: ManagerContext
  readonly operations: SessionOperations
}

/**
 * Loads the session of a request; `response` is its carrier too, unless the session is only read. Without a token the
 * session is new, the store is not called, and there is nothing to trace. Returns a promise only where there is something to
 * wait for.
 * @throws SessionStoreError if the store cannot open the session and `onStoreError` is `'fail'` (P8).
 */
export function loadSession<Data extends object>(
  mount: LoadContext,
  request: RequestCarrier,
  response?: Carrier,
): Awaitable<Session<Data>> {
  return mount.context.tracing.isActive
    ? loadTraced(mount, request, response)
    : loadUntraced(mount, request, response)
}

function loadTraced<Data extends object>(
  mount: LoadContext,
  request: RequestCarrier,
  response: Carrier | undefined,
): Awaitable<Session<Data>> {
  const { tracing } = mount.context
  const presented = readPresented(mount.context, request)
  const load = async () => loadUntraced<Data>(mount, request, response, presented)
  if (presented !== 'excessive' && isNothing(presented)) return load()
  return tracing.run(response ? 'load' : 'read', load)
}

function loadUntraced<Data extends object>(
  mount: LoadContext,
  request: RequestCarrier,
  response: Carrier | undefined,
  presented = readPresented(mount.context, request),
): Awaitable<Session<Data>> {
  const { context } = mount
  if (presented === 'excessive')
    context.emit('discarded', { what: 'token', why: presented, id: undefined })
  if (presented === 'excessive' || isNothing(presented))
    return sessionOf(mount, new SessionState(context, response))
  const succeed = (judged: Judged): Session<Data> =>
    sessionOf(mount, stateFromOutcome(context, response, { judged, presented }))
  const fail = (error: unknown): Session<Data> => {
    const storeError = storeErrorOrThrow(context.config, thrownOrError(error))
    return sessionOf(mount, new SessionState(context, response, { storeError }))
  }
  const opening = rejectThrown(() =>
    andThen(context.store.open(presented.tokens, presented.offers, presented.foreign), (outcome) =>
      judge(context, { request, response }, outcome),
    ),
  )
  return isThenable(opening) ? opening.then(succeed, fail) : succeed(opening)
}

function sessionOf<Data extends object>(
  { context, operations }: LoadContext,
  state: SessionState,
): Session<Data> {
  const session = new Session<Data>(state, operations)
  if (context.config.development) traceDeletedUser(session)
  return session
}

/**
 * Applies what else decides whether a session opens: its user's stamp, its actor, its device binding and its fingerprint. Most have
 * none.
 */
function judge(
  context: ManagerContext,
  exchange: Exchange,
  outcome: OpenOutcome,
): Awaitable<Judged> {
  const { securityStamp, fingerprint, deviceBound } = context.config
  const isActing = outcome.outcome === 'open' && outcome.opened.record.actor !== undefined
  if (securityStamp || fingerprint || isActing) return judgeFurther(context, exchange, outcome)
  return deviceBound && outcome.outcome === 'open'
    ? requireDevice(context, exchange, outcome)
    : { outcome }
}

async function judgeFurther(
  context: ManagerContext,
  exchange: Exchange,
  opened: OpenOutcome,
): Promise<Judged> {
  const stamped = context.config.securityStamp ? await refuseChangedStamp(context, opened) : opened
  const actor = stamped.outcome === 'open' ? stamped.opened.record.actor : undefined
  const { outcome, own } =
    stamped.outcome === 'open' && actor
      ? await refuseEndedActor(context, stamped, actor)
      : { outcome: stamped }
  if (outcome.outcome !== 'open') return { outcome }
  const judged = requireDevice(context, exchange, outcome, own?.record)
  if (judged.outcome.outcome !== 'open') return judged
  return { ...judged, ...(await compareFingerprint(context, exchange, judged.outcome)) }
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
  { judged, presented }: { judged: Judged; presented: PresentedTokens },
): SessionState {
  const { outcome, fingerprint, locked, device } = judged
  if (outcome.outcome === 'open')
    return stateFromOpened(context, response, { open: outcome, presented, fingerprint, device })
  if (outcome.outcome === 'ended') {
    const { id, reason } = outcome
    const why = isReasonToTell(reason) ? reason : 'ended'
    context.emit('discarded', { what: 'token', why, id })
    const ended = { why: reason, id }
    return new SessionState(context, response, { ended, presented, locked, device })
  }
  const { id, why } = outcome
  if (why === 'unknown' || why === 'forged') warnOfOtherManager(context, presented.tokens)
  context.emit('discarded', { what: 'token', why, id })
  return new SessionState(context, response, { presented })
}

/** Returns true for what the event `discarded` tells of as it is: the session has not ended for all. */
function isReasonToTell(reason: string): reason is 'stale' | 'mismatch' | 'unbound' {
  return reason === 'stale' || reason === 'mismatch' || reason === 'unbound'
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
