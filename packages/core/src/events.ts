import type { EndReason, SessionId } from './record/record.ts'

/** The `why` of the event `discarded`: why a token was refused or not sent, or why changes were not saved. */
export type DiscardReason =
  | 'excessive' // the header with the token exceeds `cookieBounds` of http/cookie.ts
  | 'malformed' // not a token
  | 'forged' // a token with a wrong signature: another key, another cookie name, or an attack
  | 'ambiguous' // several genuine tokens, for different sessions
  | 'unknown' // genuine, but the store has no such session
  | 'expired' // past its idle or absolute limit, by the manager's clock; most stores delete it before: `unknown`
  | 'stale' // genuine, but replaced by a rotation or a login
  | 'corrupt' // the record cannot be decoded
  | 'foreign' // the record names a user for whom its id was not made: written past the manager, or with another `indexKey`
  | 'ended' // the session has ended: its token is refused at the load, its changes at the commit
  | 'superseded' // another request elevated the session meanwhile
  | 'unavailable' // the store could not open the session, and onStoreError is 'anonymous'
  | 'late' // changed after the headers had been sent
  | 'cookieless' // what a handler threw went to the server, whose response cannot carry the cookie that is due
  | 'insecure' // plain HTTP with `secure`: the token is not sent, or a new session not saved

/**
 * The events of a manager, by name, and what a listener receives. Session ids are safe to log; no event holds a token
 * or a secret.
 * @see docs/reference/events.md
 * @example
 * manager.on('ended', ({ id, reason }) => console.info('session ended', id, reason))
 */
export interface SessionEvents {
  /** A session was saved for the first time: an anonymous one, or one of a login (then `userId` is set). */
  created: { readonly id: SessionId; readonly userId: string | undefined }
  /** The token of a session was replaced; the id is the same. */
  rotated: {
    readonly id: SessionId
    readonly userId: string | undefined
    /** `cause`: by `rotate()` or a re-authentication. `age`: by `rotationInterval`. */
    readonly why: 'cause' | 'age'
  }
  /**
   * The client of a session does not take over its next token, although it has been offered for four times
   * `rotationInterval` and the session is in use: it accepts no cookies, or another client uses its token. Repeated after
   * each further such time.
   */
  stalled: {
    readonly id: SessionId
    readonly userId: string | undefined
    readonly why: 'unconfirmed'
    /** Since when the next token has been offered, in epoch ms. */
    readonly offeredAt: number
  }
  /**
   * A token was used long after its replacement: stolen, or kept by a client. Long is five minutes, or a third of
   * `rotationInterval` if that is shorter. See `onReplay`.
   */
  replayed: { readonly id: SessionId; readonly userId: string | undefined }
  /** A session was ended, one event for each. Expiry emits none. */
  ended: { readonly id: SessionId; readonly reason: EndReason }
  /** `manager.revokeEverybody()` ended all sessions: of this manager (`here`), or this one has noticed that another did. */
  everybodyRevoked: { readonly here: boolean }
  /** A store with a bounded size deleted the least recently used session to make room. */
  displaced: { readonly id: SessionId }
  /** A token was refused or not sent, or changes were not saved. */
  discarded: {
    readonly what: 'token' | 'changes'
    readonly why: DiscardReason
    readonly id: SessionId | undefined
  }
  /** Two requests changed the same top-level keys of `data`. The later commit won, or the option `merge` decided. */
  conflict: { readonly id: SessionId; readonly keys: readonly string[] }
  /** A stored session could not be decoded. It stays in the store for the operator. */
  corrupt: { readonly id: SessionId; readonly cause: unknown }
  /** An operation of the store failed, one event per attempt, or a commit failed because of its data. */
  failed: { readonly operation: string; readonly error: Error }
}

/** Calls the listeners of an event; never throws. */
export type Emit = <Type extends keyof SessionEvents>(
  type: Type,
  event: SessionEvents[Type],
) => void

type Listener<Type extends keyof SessionEvents> = (event: SessionEvents[Type]) => unknown
type Listeners = { [Type in keyof SessionEvents]?: Set<Listener<Type>> }

/**
 * Creates a typed event emitter: `emit` for the manager, `on` for applications. If a listener throws, or its promise
 * rejects, the error goes to `warn` and the request goes on.
 */
export function createEvents(warn: (message: string, error: unknown) => void) {
  const listeners: Listeners = {}
  const listenersOf = <Type extends keyof SessionEvents>(type: Type): Set<Listener<Type>> => {
    listeners[type] ??= new Set<Listener<Type>>() as NonNullable<Listeners[Type]>
    return listeners[type]
  }
  const emit: Emit = (type, event) => {
    for (const listener of listeners[type] ?? []) {
      try {
        const result = listener(event)
        if (result instanceof Promise) result.catch((error: unknown) => warnFailed(type, error))
      } catch (error) {
        warnFailed(type, error)
      }
    }
  }
  const warnFailed = (type: string, error: unknown) => {
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
