import type { Codec } from '../data/codec.ts'
import type { DataTracker } from '../data/data-tracker.ts'
import { SessionConflictError, type SessionStoreError, SessionUsageError } from '../errors.ts'
import type { Emit, HeardEvents, SessionEvents } from '../events.ts'
import type { Carrier, RequestCarrier } from '../http/carrier.ts'
import type { ForeignCookieReader } from '../http/foreign-cookies.ts'
import type { PresentedTokens, TokenTransports } from '../http/transport.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { Fingerprint } from '../record/fingerprint.ts'
import { type EndReason, namesOf, type SessionId } from '../record/record.ts'
import type { SessionIds } from '../record/session-ids.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { OpenOutcome, SessionStore } from '../store/store.ts'
import type { Tracing } from '../tracing.ts'
import type { RunningOperation } from './operations/operation-promise.ts'
import { trackEmpty, trackOpened } from './track-data.ts'

/**
 * Everything that belongs to one manager rather than to one request. `createSessionManager` builds it once; the
 * functions of `session/` and `watch/` take it as their first argument, so that they need no class and no globals.
 */
export interface ManagerContext {
  /** The options, checked and complete; durations in ms. */
  readonly config: SessionConfig
  readonly store: SessionStore
  /** Where requests carry their token; the first is used for a visitor who has none yet. */
  readonly transports: TokenTransports
  /** Reads the cookies of another session library, if the store opens its sessions. */
  readonly foreignCookies: ForeignCookieReader | undefined
  /** Their request headers, for `Vary`. */
  readonly tokenHeaders: readonly string[]
  /** The codec of the store: it encodes `session.data`. */
  readonly codec: Codec
  /** Makes ids, and tells whether one is of this namespace. */
  readonly ids: SessionIds
  /** Sends an event to the listeners of `manager.on`; never throws. */
  readonly emit: Emit
  /** The events that somebody listens to. */
  readonly heard: HeardEvents
  /** Runs operations for the tracers of `manager.trace`. */
  readonly tracing: Tracing
  /** Warns the developer, once per message. */
  readonly warnOnce: (message: string) => void
}

/**
 * The value of `session.ended`: why the session accepts nothing but a login.
 *
 * - An `EndReason`: the session was ended, by this request or another.
 * - `stale`: the session is alive, but a rotation or re-authentication has replaced this request's token.
 * - `gone`: the session disappeared while this request was running.
 * - `unbound`: the session is alive, but the browser has not proved that it has its key; see the option `deviceBound`.
 */
export type Ended = EndReason | 'stale' | 'gone' | 'unbound'

/**
 * The value of `session.binding`: how far the session is bound to its browser.
 *
 * - `none`: it is not: the browser does not take part, or nobody is logged in.
 * - `pending`: the browser has registered a key, and has not used the answer yet.
 * - `bound`: the browser has proved lately that it has the key.
 * - `skipped`: the browser says that it could not prove it this time, and that is tolerated.
 * - `missing`: it has not proved it, and the policy lets the session open all the same.
 */
export type DeviceBindingStatus = 'none' | 'pending' | 'bound' | 'skipped' | 'missing'

/** A token to send. An offered one must not overwrite the token of another response. */
type Outgoing = { readonly token: string } | { readonly offer: string }

/** What the tokens of a request have led to; nothing of it for a request without one. */
export interface StateSeed {
  readonly presented?: PresentedTokens | undefined
  /** The session that the store has opened, with what is to do or to send because of the token that opened it. */
  readonly open?: Omit<Extract<OpenOutcome, { outcome: 'open' }>, 'outcome'>
  /** Why the session of the token is over, and its id. */
  readonly ended?: { readonly why: Ended; readonly id: SessionId }
  readonly storeError?: SessionStoreError
  /** The fingerprint that the session takes over with the next write. */
  readonly fingerprint?: Fingerprint | undefined
  /** The session that opens again only by a login of its user. */
  readonly locked?: OpenedSession | undefined
  /** What the device binding says of the request. */
  readonly device?: DeviceJudgement | undefined
}

/** What the device binding of a session says of a request that opens it. */
export interface DeviceJudgement {
  readonly status: DeviceBindingStatus
  /** The id of the binding that the request has confirmed. */
  readonly confirmed?: string | undefined
  /** True if the request has a bound cookie that is not valid. */
  readonly isCookieVoid?: boolean
}

const noSeed: StateSeed = {}
const nothing = {}
const resolved = Promise.resolve()
const noOperations: readonly RunningOperation[] = []

/**
 * The state of one session during one request. The `Session` object that the handler uses, the operations and the
 * commit share it; it is not reachable from outside the manager.
 */
export class SessionState {
  // What was loaded, and what the handler made of it.

  /** The record that was loaded or last written; `undefined` on a new or ended session. */
  opened: OpenedSession | undefined
  /** `session.data`, compared with what was loaded to find changes. */
  tracked: DataTracker
  /** `session.id` while there is no record: the new id of a session not yet saved, or the old id of an ended one. */
  visibleId: SessionId | undefined
  /** Why the session is over; `undefined` while it is alive. */
  ended: Ended | undefined
  /** The session as loaded, if it is closed to this request until its user logs in: `onMismatch: 'reauthenticate'`. */
  locked: OpenedSession | undefined

  // Fixed when the request begins.

  /** Names the token that opened the session; see `OpenOutcome`. */
  readonly openedBy: string | undefined
  /** The tokens of the request; `undefined` if it has none. */
  readonly presented: PresentedTokens | undefined
  /** When the request began, in epoch ms. */
  readonly beganAt: number
  /** True if the request came without a live session. */
  readonly isNew: boolean
  /** True if nothing may be written: made by `manager.read`, or in place of a session that the store could not open. */
  readonly isReadOnly: boolean
  /** The store's error, if the session could not be opened and `onStoreError` is `'anonymous'`. */
  readonly storeError: SessionStoreError | undefined
  readonly #context: ManagerContext
  readonly #carrier: Carrier | undefined

  // What the commit has to do.

  /** True after `rotate()`, until the commit has saved it. */
  mustRotate = false
  /** True if a new session is saved even if its data is empty: a CSRF token was made for it. */
  mustKeep = false
  /** True if the request does not count as use: see passive.ts. */
  isPassive = false
  /** True if the handler read or changed the session: the response then gets `Vary`. */
  isAccessed = false
  /** True after a commit failed. The response fails with it, so later commits write nothing. */
  hasFailed = false
  /** True if a save is due although nothing has changed: it offers or confirms a new token. */
  isSaveDue: boolean
  /** The fingerprint to be saved; `undefined` if the session has it already. */
  fingerprint: Fingerprint | undefined
  /** The value of `session.binding`. */
  binding: DeviceBindingStatus
  /** The id of the device binding that is to be saved as confirmed; `undefined` if there is none. */
  confirmedBinding: string | undefined
  /** True if the response deletes the bound cookie: while a browser has one, it does not refresh it. */
  readonly isBoundCookieVoid: boolean
  /** The header that asks the browser to bind the session, once it was made. */
  bindingOffer: readonly [name: string, value: string] | undefined = undefined
  /** What the response headers must do: send this token, or clear the client's. */
  outgoing: Outgoing | 'clear' | undefined

  /** Settles after the last queued operation; `undefined` if none is running. See `enqueue`. */
  pending: Promise<void> | undefined = undefined
  /** A commit that waits for operations; `undefined` if there is none. */
  committing: Promise<void> | undefined = undefined
  /** The operations that are running, in the order called. */
  operations: readonly RunningOperation[] = noOperations
  /** The first operation that failed and that the application does not handle; the commit fails with it. */
  failure: { readonly error: Error; readonly operation: RunningOperation } | undefined = undefined

  /**
   * Begins a request. Without a carrier the session is only read: it has no response. Throws if the data of the opened
   * session cannot be decoded.
   */
  constructor(
    context: ManagerContext,
    carrier: Carrier | undefined,
    { open, ended, presented, storeError, fingerprint, locked, device }: StateSeed = noSeed,
  ) {
    this.opened = open?.opened
    this.tracked = open ? trackOpened(context, open.opened) : trackEmpty(context)
    this.visibleId = ended?.id
    this.ended = ended?.why
    this.locked = locked
    this.openedBy = open?.openedBy
    this.presented = presented
    this.beganAt = context.config.clock()
    this.isNew = open === undefined
    this.isReadOnly = carrier === undefined || storeError !== undefined
    this.storeError = storeError
    this.isSaveDue = open?.isSaveDue ?? false
    this.fingerprint = fingerprint
    this.binding = device?.status ?? 'none'
    this.confirmedBinding = device?.confirmed
    this.isBoundCookieVoid = device?.isCookieVoid ?? false
    this.outgoing = open && outgoingOf(open)
    this.#context = context
    this.#carrier = carrier
  }

  /** The id of the session. A new session gets one when it is first asked for, and is later saved under it. */
  get id(): SessionId {
    if (this.opened) return this.opened.record.id
    this.visibleId ??= this.#context.ids.mint()
    return this.visibleId
  }

  /** True if the request came by HTTPS, as the binding sees it. */
  get isSecure(): boolean {
    return this.#carrier?.secure ?? false
  }

  /** Returns the fingerprint of the client, for a record that is made now; nothing without the option. */
  takeFingerprint(): { readonly fingerprint?: Fingerprint } {
    const { fingerprint } = this.#context.config
    return fingerprint && this.#carrier ? { fingerprint: fingerprint.take(this.#carrier) } : nothing
  }

  /** Returns true once the response headers have been sent, so that no cookie can be sent. */
  isSent(): boolean {
    return this.#carrier === undefined || this.#carrier.sent
  }

  /** Notes that the application has used the session: the response then gets `Vary`. Tells the carrier the first time. */
  noteAccess(): void {
    if (this.isAccessed) return
    this.isAccessed = true
    this.#carrier?.consulted?.(this.#context.tokenHeaders)
  }
}

/**
 * Adopts a saved record: from here on the session continues from it. `submitted` is the data given to the store; data
 * changed while the store was writing is kept on top of the saved data, and the next commit writes it.
 */
export function applySaved(
  state: SessionState,
  saved: { readonly opened: OpenedSession; readonly token?: string; readonly offer?: string },
  submitted: Uint8Array,
): void {
  const { deviceBinding, actor } = saved.opened.record
  if (!deviceBinding && !actor) state.binding = 'none'
  state.opened = saved.opened
  state.ended = undefined
  state.isSaveDue = false
  state.fingerprint = undefined
  state.confirmedBinding = undefined
  state.locked = undefined
  state.outgoing = outgoingOf(saved) ?? state.outgoing
  state.tracked.rebase(saved.opened.data, submitted, saved.opened.record.dataVersion)
}

function outgoingOf({
  token,
  offer,
}: {
  readonly token?: string
  readonly offer?: string
}): Outgoing | undefined {
  if (token !== undefined) return { token }
  return offer === undefined ? undefined : { offer }
}

/** Drops an offered token that was to be sent: it may be outdated. The client will be offered it, or the next one, again. */
export function withdrawOffer(state: SessionState): void {
  if (state.outgoing !== undefined && state.outgoing !== 'clear' && 'offer' in state.outgoing)
    state.outgoing = undefined
}

/** Makes the session an ended one for the rest of the request: empty, and open only to a login. */
export function markEnded(context: ManagerContext, state: SessionState, why: Ended): void {
  state.visibleId = state.opened?.record.id ?? state.visibleId
  state.opened = undefined
  state.ended = why
  state.mustRotate = false
  state.mustKeep = false
  state.isSaveDue = false
  state.fingerprint = undefined
  state.binding = 'none'
  state.confirmedBinding = undefined
  state.locked = undefined
  state.outgoing = undefined
  state.tracked = trackEmpty(context)
}

/**
 * Runs an operation after those already queued on the session, so that `login`, `destroy`, `update` and the commit take
 * effect in the order called, awaited or not. Returns the promise of the operation. A failure does not stop the queue.
 */
export function enqueue<Result>(
  state: SessionState,
  operation: () => Promise<Result>,
): Promise<Result> {
  return occupyQueue(state, (state.pending ?? resolved).then(operation))
}

/** Makes what is queued from now on wait for an operation that has been started. Returns the promise of the operation. */
export function occupyQueue<Result>(state: SessionState, result: Promise<Result>): Promise<Result> {
  const clear = () => {
    if (state.pending === settled) state.pending = undefined
  }
  const settled: Promise<void> = result.then(clear, clear)
  state.pending = settled
  return result
}

/** Returns true if a token may be sent: with `secure`, only over HTTPS. */
export function canSend({ config }: ManagerContext, carrier: RequestCarrier): boolean {
  return carrier.secure || !config.secure
}

/**
 * Throws if the session cannot be changed.
 * @throws SessionUsageError `ERR_SESSION_READ_ONLY` on a session made by `manager.read`.
 * @throws SessionStoreError the store's own error, if it could not open the session.
 */
export function checkWritable(state: SessionState): void {
  if (state.storeError) throw state.storeError
  if (!state.isReadOnly) return
  throw new SessionUsageError(
    'ERR_SESSION_READ_ONLY',
    'This session was made by manager.read() and cannot be changed. Change it in a request with a response.',
  )
}

/**
 * Throws if the response headers have been sent, for a method whose cookie must go with them.
 * @throws SessionUsageError `ERR_SESSION_LATE`.
 */
export function checkInTime(state: SessionState, method: string): void {
  if (state.isSent()) throw lateError(method)
}

/** The error of a method whose cookie can no longer be sent. */
export function lateError(method: string): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_LATE',
    `${method}() was called after the response headers had left, so its cookie could not be sent. Call it before the response begins.`,
  )
}

/**
 * Emits `superseded`, and returns the error of a write that began before another request elevated the session (P4).
 * `operation` is what was refused.
 */
export function supersededError(
  { emit }: ManagerContext,
  { record }: OpenedSession,
  operation: SessionEvents['superseded']['operation'],
): SessionConflictError {
  emit('superseded', { ...namesOf(record), operation })
  return new SessionConflictError(
    'ERR_SESSION_SUPERSEDED',
    `Session ${record.id} was elevated by another request after this one began; nothing was written. Send the request again with the new cookie.`,
  )
}
