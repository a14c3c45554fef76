import type { Codec } from '../data/codec.ts'
import { emptyData } from '../data/size.ts'
import { type TrackedData, trackData } from '../data/tracked-data.ts'
import { SessionConflictError, type SessionStoreError, SessionUsageError } from '../errors.ts'
import type { Emit } from '../events.ts'
import type { RequestCarrier } from '../http/carrier.ts'
import type { TokenTransports } from '../http/transport.ts'
import type { SessionConfig } from '../options/resolve-config.ts'
import type { EndReason, SessionId } from '../record/record.ts'
import { mintId } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { SessionStore } from '../store/store.ts'

/** What a manager is made of, shared by its functions. */
export interface ManagerContext {
  readonly config: SessionConfig
  readonly store: SessionStore
  readonly transports: TokenTransports
  readonly codec: Codec
  readonly emit: Emit
  /** Warns once per message. */
  readonly warnOnce: (message: string) => void
}

/**
 * Why a session no longer accepts anything but a login: somebody ended it, its token is no longer the current one
 * (`stale`), or it disappeared while this request was running (`gone`).
 */
export type Ended = EndReason | 'stale' | 'gone'

/** What is known of a session during one request; shared by the session, the manager and the commit. */
export interface SessionState {
  /** The record that this request stands on; none on a new or ended session. */
  opened: OpenedSession | undefined
  tracked: TrackedData
  /** The id that a session without a record shows: a new one before it is kept, an ended one after. */
  visibleId: SessionId | undefined
  readonly isNew: boolean
  /** May be looked at and never written: made by `manager.read`, or in place of one that the store could not open. */
  readonly isReadOnly: boolean
  /** Why the store could not open it. */
  readonly storeError: SessionStoreError | undefined
  ended: Ended | undefined
  mustRotate: boolean
  /** Whether a new session is kept even if it stays empty. */
  mustKeep: boolean
  isAccessed: boolean
  /** A commit failed, and the response with it: nothing more is written. */
  hasFailed: boolean
  /** What the response must say of the cookie: a token to send, or that it ends. */
  outgoing: { readonly token: string } | 'clear' | undefined
  /** Resolves when all that was asked for so far is done. */
  pending: Promise<void> | undefined
  /** Whether the headers have left. */
  readonly isSent: () => boolean
}

/** What a request's session begins with. */
export interface StateSeed {
  readonly opened?: OpenedSession
  /** Why the session that the token names is over, and which it was. */
  readonly ended?: { readonly why: Ended; readonly id: SessionId }
  readonly isReadOnly: boolean
  readonly storeError?: SessionStoreError
  readonly isSent: () => boolean
}

/** The state of a session at the start of a request; throws where the data of `opened` cannot be decoded. */
export function createState({ codec }: ManagerContext, seed: StateSeed): SessionState {
  const { opened, ended, isReadOnly, storeError, isSent } = seed
  return {
    opened,
    tracked: trackData(codec, opened?.data ?? emptyData(codec)),
    visibleId: ended?.id,
    isNew: opened === undefined,
    isReadOnly,
    storeError,
    ended: ended?.why,
    mustRotate: false,
    mustKeep: false,
    isAccessed: false,
    hasFailed: false,
    outgoing: undefined,
    pending: undefined,
    isSent,
  }
}

/** The id that a session shows, whether or not it is kept. */
export function idOf(state: SessionState): SessionId {
  if (state.opened) return state.opened.record.id
  state.visibleId ??= mintId()
  return state.visibleId
}

/** The session stands on what was written, of which the handler had left `sent`. */
export function applySaved(
  state: SessionState,
  { opened, token }: { opened: OpenedSession; token?: string },
  sent: Uint8Array,
): void {
  state.opened = opened
  state.ended = undefined
  if (token !== undefined) state.outgoing = { token }
  state.tracked.rebase(opened.data, sent)
}

/** The session is over for this request: empty, and open only to a login. */
export function markEnded({ codec }: ManagerContext, state: SessionState, why: Ended): void {
  state.visibleId = state.opened?.record.id ?? state.visibleId
  state.opened = undefined
  state.ended = why
  state.mustRotate = false
  state.mustKeep = false
  state.outgoing = undefined
  state.tracked = trackData(codec, emptyData(codec))
}

/** Runs what a session is asked for one after another, in the order asked. */
export function enqueue(state: SessionState, act: () => Promise<void>): Promise<void> {
  const run = (state.pending ?? Promise.resolve()).then(act)
  const forget = () => {
    if (state.pending === tail) state.pending = undefined
  }
  const tail: Promise<void> = run.then(forget, forget)
  state.pending = tail
  return run
}

/** Whether a cookie can leave: a Secure one does not over plain HTTP. */
export function canSend({ config }: ManagerContext, carrier: RequestCarrier): boolean {
  return carrier.secure || !config.secure
}

/** @throws SessionUsageError `ERR_SESSION_READ_ONLY`; the store's own error where that is why. */
export function checkWritable(state: SessionState): void {
  if (state.storeError) throw state.storeError
  if (!state.isReadOnly) return
  throw new SessionUsageError(
    'ERR_SESSION_READ_ONLY',
    'This session was made by manager.read() and cannot be changed. Change it in a request with a response.',
  )
}

/** @throws SessionUsageError `ERR_SESSION_LATE`. */
export function checkInTime(state: SessionState, verb: string): void {
  if (state.isSent()) throw lateError(verb)
}

/** The error of an act whose cookie can no longer be sent. */
export function lateError(verb: string): SessionUsageError {
  return new SessionUsageError(
    'ERR_SESSION_LATE',
    `${verb}() was called after the response headers had left, so its cookie could not be sent. Call it before the response begins.`,
  )
}

/** The error of a write that began before another request elevated the session (P4). */
export function supersededError(id: string): SessionConflictError {
  return new SessionConflictError(
    'ERR_SESSION_SUPERSEDED',
    `Session ${id} was elevated by another request after this one began; nothing was written. Send the request again with the new cookie.`,
  )
}
