import type { Codec } from '../data/codec.ts'
import { emptyData } from '../data/size.ts'
import { type TrackedData, trackData } from '../data/tracked-data.ts'
import { SessionConflictError, type SessionStoreError, SessionUsageError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import type { PresentedTokens, TokenTransports } from '../http/transport.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { EndReason, SessionId } from '../record/record.ts'
import type { SessionIds } from '../record/session-ids.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { OpenOutcome, SessionStore } from '../store/store.ts'
import type { RunningOperation } from './operation-promise.ts'

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
  /** The codec of the store: it encodes `session.data`. */
  readonly codec: Codec
  /** Makes ids, and tells whether one is of this namespace. */
  readonly ids: SessionIds
  /** Sends an event to the listeners of `manager.on`; never throws. */
  readonly emit: Emit
  /** Warns the developer, once per message. */
  readonly warnOnce: (message: string) => void
}

/**
 * The value of `session.ended`: why the session accepts nothing but a login.
 *
 * - An `EndReason`: the session was ended, by this request or another.
 * - `stale`: the session is alive, but a rotation or re-authentication has replaced this request's token.
 * - `gone`: the session disappeared while this request was running.
 */
export type Ended = EndReason | 'stale' | 'gone'

/**
 * The state of one session during one request. The `Session` object that the handler uses, the operations and the
 * commit share it; it is not reachable from outside the manager.
 */
export interface SessionState {
  // What was loaded, and what the handler made of it.

  /** The record that was loaded or last written; `undefined` on a new or ended session. */
  opened: OpenedSession | undefined
  /** `session.data`, compared with what was loaded to find changes. */
  tracked: TrackedData
  /** `session.id` while there is no record: the new id of a session not yet saved, or the old id of an ended one. */
  visibleId: SessionId | undefined
  /** Why the session is over; `undefined` while it is alive. */
  ended: Ended | undefined

  // Fixed when the request begins.

  /** Names the token that opened the session; see `OpenOutcome`. */
  readonly openedBy: string | undefined
  /** The tokens of the request; `undefined` if it has none. */
  readonly presented: PresentedTokens | undefined
  /** Returns a new id for an anonymous session. */
  readonly mintId: () => SessionId
  /** When the request began, in epoch ms. */
  readonly beganAt: number
  /** True if the request came without a live session. */
  readonly isNew: boolean
  /** True if nothing may be written: made by `manager.read`, or in place of a session that the store could not open. */
  readonly isReadOnly: boolean
  /** The store's error, if the session could not be opened and `onStoreError` is `'anonymous'`. */
  readonly storeError: SessionStoreError | undefined
  /** Returns true once the response headers have been sent, so that no cookie can be sent. */
  readonly isSent: () => boolean
  /** True if the request came by HTTPS, as the binding sees it. */
  readonly isSecure: boolean
  /** Tells the binding that the application has used the session for the first time. */
  readonly onConsulted: (() => void) | undefined

  // What the commit has to do.

  /** True after `rotate()`, until the commit has saved it. */
  mustRotate: boolean
  /** True if a new session is saved even if its data is empty: a CSRF token was made for it. */
  mustKeep: boolean
  /** True if the handler read or changed the session: the response then gets `Vary`. */
  isAccessed: boolean
  /** True after a commit failed. The response fails with it, so later commits write nothing. */
  hasFailed: boolean
  /** True if a save is due although nothing has changed: it offers or confirms a new token. */
  isSaveDue: boolean
  /** What the response headers must do: send this token, or clear the client's. */
  outgoing: Outgoing | 'clear' | undefined

  /** Settles after the last queued operation; `undefined` if none is running. See `enqueue`. */
  pending: Promise<void> | undefined
  /** A commit that waits for operations; `undefined` if there is none. */
  committing: Promise<void> | undefined
  /** The operations that are running, in the order called. */
  readonly operations: Set<RunningOperation>
  /** The first operation that failed and that the application does not handle; the commit fails with it. */
  failure: { readonly error: Error; readonly operation: RunningOperation } | undefined
}

/** A token to send. An offered one must not overwrite the token of another response. */
type Outgoing = { readonly token: string } | { readonly offer: string }

/** What differs between the states that a request can begin with. */
export interface StateSeed {
  readonly opened?: OpenedSession
  /** What the store has to do or to send because of the token that opened the session. */
  readonly due?: Pick<
    Extract<OpenOutcome, { outcome: 'open' }>,
    'isSaveDue' | 'token' | 'offer' | 'openedBy'
  >
  /** Why the session of the token is over, and its id. */
  readonly ended?: { readonly why: Ended; readonly id: SessionId }
  readonly presented?: PresentedTokens
  readonly isReadOnly: boolean
  readonly storeError?: SessionStoreError
  readonly isSent: () => boolean
  readonly isSecure: boolean
  readonly onConsulted: (() => void) | undefined
}

/** Returns the state of a session at the start of a request. Throws if the data of `opened` cannot be decoded. */
export function createState(context: ManagerContext, seed: StateSeed): SessionState {
  const { codec, config, ids } = context
  const { opened, due = {}, ended, isReadOnly, storeError, isSent, isSecure, onConsulted } = seed
  return {
    opened,
    tracked: trackData(codec, opened?.data ?? emptyData(codec)),
    visibleId: ended?.id,
    openedBy: due.openedBy,
    presented: seed.presented,
    mintId: ids.mint,
    beganAt: config.clock(),
    isNew: opened === undefined,
    isReadOnly,
    storeError,
    ended: ended?.why,
    mustRotate: false,
    mustKeep: false,
    isAccessed: false,
    hasFailed: false,
    isSaveDue: due.isSaveDue ?? false,
    outgoing: outgoingOf(due),
    pending: undefined,
    committing: undefined,
    operations: new Set(),
    failure: undefined,
    isSent,
    isSecure,
    onConsulted,
  }
}

/** Returns the id of a session. A new session gets one at the first call and is later saved under it. */
export function idOf(state: SessionState): SessionId {
  if (state.opened) return state.opened.record.id
  state.visibleId ??= state.mintId()
  return state.visibleId
}

/**
 * Adopts a saved record: from here on the session continues from it. `submitted` is the data given to the store; data
 * changed while the store was writing is kept on top of the saved data, and the next commit writes it.
 */
export function applySaved(
  state: SessionState,
  { opened, ...tokens }: { opened: OpenedSession; token?: string; offer?: string },
  submitted: Uint8Array,
): void {
  state.opened = opened
  state.ended = undefined
  state.isSaveDue = false
  state.outgoing = outgoingOf(tokens) ?? state.outgoing
  state.tracked.rebase(opened.data, submitted)
}

function outgoingOf({ token, offer }: { token?: string; offer?: string }): Outgoing | undefined {
  if (token !== undefined) return { token }
  return offer === undefined ? undefined : { offer }
}

/** Drops an offered token that was to be sent: it may be outdated. The client will be offered it, or the next one, again. */
export function withdrawOffer(state: SessionState): void {
  if (state.outgoing !== undefined && state.outgoing !== 'clear' && 'offer' in state.outgoing)
    state.outgoing = undefined
}

/** Makes the session an ended one for the rest of the request: empty, and open only to a login. */
export function markEnded({ codec }: ManagerContext, state: SessionState, why: Ended): void {
  state.visibleId = state.opened?.record.id ?? state.visibleId
  state.opened = undefined
  state.ended = why
  state.mustRotate = false
  state.mustKeep = false
  state.isSaveDue = false
  state.outgoing = undefined
  state.tracked = trackData(codec, emptyData(codec))
}

/**
 * Runs an operation after those already queued on the session, so that `login`, `destroy`, `update` and the commit take
 * effect in the order called, awaited or not. Returns the promise of the operation. A failure does not stop the queue.
 */
export function enqueue<Result>(
  state: SessionState,
  operation: () => Promise<Result>,
): Promise<Result> {
  const result = (state.pending ?? Promise.resolve()).then(operation)
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

/** The error of a write that began before another request elevated the session (P4). */
export function supersededError(id: string): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_SUPERSEDED',
    `Session ${id} was elevated by another request after this one began; nothing was written. Send the request again with the new cookie.`,
  )
}
