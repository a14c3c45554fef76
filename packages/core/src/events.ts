import type { EndReason, SessionId } from './record/record.ts'

/** Why a token was refused, or why changes were not kept. */
export type DiscardReason =
  | 'excessive' // the header of the token is beyond the bounds of cookie.ts
  | 'malformed' // not the shape of a token
  | 'forged' // right shape, wrong signature
  | 'ambiguous' // several genuine tokens, for different sessions
  | 'unknown' // genuine, but the store has no such session
  | 'expired' // idle or absolute limit reached, by the manager's clock; most stores forget it first: `unknown`
  | 'stale' // genuine and superseded by rotation or login
  | 'corrupt' // the record cannot be decoded
  | 'ended' // the session had ended: at the load its token is refused, at the commit its changes
  | 'superseded' // another request elevated the session meanwhile
  | 'unavailable' // the store could not open the session, and onStoreError is 'anonymous'
  | 'late' // changed after the headers had left
  | 'insecure' // with `secure`, none leaves over plain HTTP: a token is not sent, a new session not kept

/** What each event carries. Ids name sessions and are safe to log; no event holds a token or a secret. */
export interface SessionEvents {
  /** A record was created: an anonymous session, or a login (then `userId` is set). */
  created: { readonly id: SessionId; readonly userId: string | undefined }
  /** The token of a session changed; the id did not. */
  rotated: {
    readonly id: SessionId
    readonly userId: string | undefined
    /** `cause` is `rotate()` or a re-authentication, `age` is `rotationInterval`. */
    readonly why: 'cause' | 'age'
  }
  /** A token that was rotated away was used long after: it was stolen, or a browser kept it. */
  replayed: { readonly id: SessionId; readonly userId: string | undefined }
  /** A session ended, and why. `revokeAll` tells how many it ended by its answer, not by events. */
  ended: { readonly id: SessionId; readonly reason: EndReason }
  /** A bounded store dropped the session used longest ago to make room. */
  displaced: { readonly id: SessionId }
  /** A token was refused, or changes were not kept. */
  discarded: {
    readonly what: 'token' | 'changes'
    readonly why: DiscardReason
    readonly id: SessionId | undefined
  }
  /** Two requests changed the same keys of `data`; the later one won. */
  conflict: { readonly id: SessionId; readonly keys: readonly string[] }
  /** A record could not be decoded. It stays in place for the operator. */
  corrupt: { readonly id: SessionId; readonly cause: unknown }
  /** An operation of the store failed. */
  failed: { readonly operation: string; readonly error: Error }
}

/** Tells the listeners of one event; never throws. */
export type Emit = <Type extends keyof SessionEvents>(
  type: Type,
  event: SessionEvents[Type],
) => void

type Listener<Type extends keyof SessionEvents> = (event: SessionEvents[Type]) => unknown
type Listeners = { [Type in keyof SessionEvents]?: Set<Listener<Type>> }

/** A typed emitter. A listener that throws is reported to `warn`; it never harms the request that it watches. */
export function createEvents(warn: (message: string, error: unknown) => void) {
  const listeners: Listeners = {}
  const listenersOf = <Type extends keyof SessionEvents>(type: Type): Set<Listener<Type>> => {
    listeners[type] ??= new Set<Listener<Type>>() as NonNullable<Listeners[Type]>
    return listeners[type]
  }
  const emit: Emit = (type, event) => {
    for (const listener of listeners[type] ?? []) {
      try {
        const told = listener(event)
        if (told instanceof Promise) told.catch((error: unknown) => complain(type, error))
      } catch (error) {
        complain(type, error)
      }
    }
  }
  const complain = (type: string, error: unknown) => {
    warn(
      `A listener of the event '${type}' failed. Mend the listener; the session is unharmed.`,
      error,
    )
  }
  const on = <Type extends keyof SessionEvents>(type: Type, listener: Listener<Type>) => {
    listenersOf(type).add(listener)
    return () => void listeners[type]?.delete(listener)
  }
  return { emit, on }
}
