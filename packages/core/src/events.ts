import type { MisfitReason } from './data/misfit.ts'
import type { BindingRefusal } from './device-binding/protocol.ts'
import type { EndReason, SessionId, SessionNames } from './record/record.ts'
import { check } from './util/check.ts'
import { nearestName } from './util/check-options.ts'
import { isThenable } from './util/is-thenable.ts'
import { quote } from './util/quote.ts'

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
  | 'mismatch' // the client is not the one that began the session, by the option `fingerprint`
  | 'unbound' // the browser has no valid bound cookie, by the option `deviceBound`
  | 'ended' // the session has ended: its token is refused at the load, its changes at the commit
  | 'superseded' // another request elevated the session meanwhile
  | 'unavailable' // the store could not open the session, and onStoreError is 'anonymous'
  | 'late' // changed after the headers had been sent
  | 'cookieless' // what a handler threw went to the server, whose response cannot carry the cookie that is due
  | 'insecure' // plain HTTP with `secure`: the token is not sent, or a new session not saved

/**
 * The events of a manager, by name, and what a listener receives. Session ids are safe to log; no event holds a token,
 * a secret or data of a session. The order within a request is that of docs/reference/events.md.
 * @see docs/reference/events.md
 * @example
 * manager.on('ended', ({ id, reason }) => console.info('session ended', id, reason))
 */
export interface SessionEvents {
  /** A session was saved for the first time: an anonymous one, or one of a login (then `userId` is set). */
  created: SessionNames
  /** A token has opened a session: for a request, a `read` or a `watch`. */
  loaded: SessionNames
  /**
   * A request has written its session: the commit at its end, or an `update`. Not sent if there was nothing to write. What
   * a login or a logout writes has the events `loggedIn` and `ended`.
   */
  committed: SessionNames & {
    readonly by: 'commit' | 'update'
    /** True if data was written; false for a touch or a step of the rotation alone. */
    readonly changed: boolean
  }
  /** A session was prolonged by its use: at most once per `touchInterval`, on all servers together. */
  touched: SessionNames
  /** A user has logged in. The last event of a `login`. */
  loggedIn: {
    readonly id: SessionId
    readonly userId: string
    /** True if the user was logged in already: the session is the same, its token is new. */
    readonly again: boolean
    /** The session that the browser had before, if it was another one. `ended` reports its end. */
    readonly previousId: SessionId | undefined
  }
  /** The token of a session was replaced; the id is the same. */
  rotated: SessionNames & {
    /** `cause`: by `rotate()`, `addFactor()`, a re-authentication or `stopActing()`. `age`: by `rotationInterval`. */
    readonly why: 'cause' | 'age'
  }
  /**
   * The client of a session does not take over its next token, although it has been offered for four times
   * `rotationInterval` and the session is in use: it accepts no cookies, or another client uses its token. Repeated after
   * each further such time.
   */
  stalled: SessionNames & {
    readonly why: 'unconfirmed'
    /** Since when the next token has been offered, in epoch ms. */
    readonly offeredAt: number
  }
  /**
   * A token was used long after its replacement: stolen, or kept by a client. Long is five minutes, or a third of
   * `rotationInterval` if that is shorter. See `onReplay`.
   */
  replayed: SessionNames
  /**
   * A login above the `limit` has ended another session of the user. Comes before `ended` for the same session, with the
   * reason `evicted`.
   */
  evicted: {
    readonly id: SessionId
    readonly userId: string
    /** The session of the login. */
    readonly by: SessionId
  }
  /**
   * A session was used by another client than the one that began it, by the option `fingerprint`: stolen, or its browser or
   * network has changed. One event for each request that finds it.
   */
  mismatch: SessionNames & {
    /** The names of the parts that differ, such as `'user-agent'`. */
    readonly parts: readonly string[]
  }
  /** A browser has registered a key for its session, by the option `deviceBound`. */
  bound: SessionNames
  /** A browser has proved that it has the key of its session, and got a new bound cookie. */
  refreshed: SessionNames
  /**
   * A request was refused by the device binding of its session: stolen, or sent by a browser that has lost its key. With the
   * policies `'step-up'` and `'event'` the session has opened all the same. One event for each request.
   */
  bindingRefused: SessionNames & { readonly reason: BindingRefusal }
  /** A session was ended, one event for each. Expiry emits none. */
  ended: { readonly id: SessionId; readonly reason: EndReason }
  /**
   * A session has expired, and its store has noticed it: the memory store within about a minute. Stores that cannot tell
   * send none; see `SessionBackend.onExpired`.
   */
  expired: { readonly id: SessionId }
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
  /**
   * What a request wanted to write was refused, because another request has elevated the session meanwhile. If a commit
   * drops changes, `discarded` follows.
   */
  superseded: SessionNames & {
    /** What was refused. */
    readonly operation: 'commit' | 'update' | 'login' | 'addFactor' | 'actAs' | 'stopActing'
  }
  /** Two requests changed the same top-level keys of `data`. The later commit won, or the option `merge` decided. */
  conflict: { readonly id: SessionId; readonly keys: readonly string[] }
  /** A stored session could not be decoded. It stays in the store for the operator. */
  corrupt: { readonly id: SessionId; readonly cause: unknown }
  /**
   * Stored data does not fit the schema, does not migrate, or is of a newer version. It stays in the store until the handler
   * writes data, if `onInvalidData` lets it. Sent when the data is first read.
   */
  invalidData: SessionNames & {
    readonly why: MisfitReason
    /** The version of the application that wrote the data. */
    readonly version: number
    /** Where the data does not fit, such as `cart.0.count`; no values. */
    readonly paths: readonly string[]
    /** What a migration or a schema threw, with the place in the code and without its message. */
    readonly cause: Error | undefined
  }
  /**
   * The file of a `rollingSecret` has changed, or a time of its key roll is over: other secrets verify than before, or another one
   * signs. They are told by names, 8 characters that reveal nothing and are the same on all servers.
   */
  secretsChanged: {
    /** The secret that signs from now on. */
    readonly signer: string
    /** All secrets that verify, the signer first. */
    readonly verifiers: readonly string[]
  }
  /** The file of a `rollingSecret` cannot be used. The secrets stay as they are. Sent once per reason until it can be used again. */
  secretsRefused: { readonly error: Error }
  /** An operation of the store failed, one event per attempt, or a commit failed because of its data. */
  failed: { readonly operation: string; readonly error: Error }
}

/** The name of an event of a manager. */
export type SessionEventName = keyof SessionEvents

/**
 * What a listener of one event receives.
 * @example
 * const log = ({ id, reason }: SessionEvent<'ended'>) => console.info(id, reason)
 */
export type SessionEvent<Name extends SessionEventName> = SessionEvents[Name]

/** Calls the listeners of an event; never throws. */
export type Emit = <Type extends SessionEventName>(type: Type, event: SessionEvents[Type]) => void

/** Adds a listener and returns the function that removes it. */
export type AddListener = <Type extends SessionEventName>(
  type: Type,
  listener: (event: SessionEvents[Type]) => unknown,
) => () => void

/** The names of all events. */
export const eventNames: Readonly<Record<SessionEventName, true>> = {
  created: true,
  loaded: true,
  committed: true,
  touched: true,
  loggedIn: true,
  rotated: true,
  stalled: true,
  replayed: true,
  evicted: true,
  mismatch: true,
  bound: true,
  refreshed: true,
  bindingRefused: true,
  ended: true,
  expired: true,
  everybodyRevoked: true,
  displaced: true,
  discarded: true,
  superseded: true,
  conflict: true,
  corrupt: true,
  invalidData: true,
  secretsChanged: true,
  secretsRefused: true,
  failed: true,
}

/** One call of `on`. The same function may be added several times. */
interface Registration {
  readonly listener: (event: never) => unknown
  isRemoved: boolean
}

/**
 * Which events somebody listens to; `undefined` for the others. For events of every request, whose object is made only
 * if there is a listener.
 */
export type HeardEvents = Readonly<Record<SessionEventName, readonly unknown[] | undefined>>

/**
 * Creates a typed event emitter: `emit` for the manager, `on` for applications, and `heard`, which tells what somebody
 * listens to. If a listener throws, or what it returns rejects, the error goes to `warn` and the request goes on.
 *
 * The lists are replaced, never changed: a listener that is added while an event is emitted hears the next one, and one
 * that is removed is not called any more.
 */
export function createEvents(warn: (message: string, error: unknown) => void): {
  readonly emit: Emit
  readonly on: AddListener
  readonly heard: HeardEvents
} {
  const registrations = Object.fromEntries(
    Object.keys(eventNames).map((name) => [name, undefined]),
  ) as Record<SessionEventName, readonly Registration[] | undefined>

  const emit: Emit = (type, event) => {
    const registered = registrations[type]
    if (!registered) return
    Object.freeze(event) // all listeners get the same object
    for (const registration of registered)
      if (!registration.isRemoved) call(type, registration, event)
  }

  const call = (type: string, { listener }: Registration, event: object) => {
    const fail = (error: unknown) => warnFailed(type, error)
    try {
      const result = listener(event as never)
      if (isThenable(result)) Promise.resolve(result).then(undefined, fail)
    } catch (error) {
      fail(error)
    }
  }

  const warnFailed = (type: string, error: unknown) => {
    warn(
      `A listener of the event '${type}' failed. Mend the listener; the session is unharmed.`,
      error,
    )
  }

  const on: AddListener = (type, listener) => {
    checkName(type)
    check(
      typeof listener === 'function',
      `The listener of the event '${type}' is ${quote(listener)}, not a function`,
      `Write: manager.on('${type}', (event) => …)`,
    )
    const registration: Registration = { listener, isRemoved: false }
    registrations[type] = [...(registrations[type] ?? []), registration]
    return () => {
      registration.isRemoved = true
      const left = registrations[type]?.filter((other) => other !== registration) ?? []
      registrations[type] = left.length > 0 ? left : undefined
    }
  }
  return { emit, on, heard: registrations }
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` for a name that no event has: its listener would never be called. */
function checkName(type: unknown): void {
  const names = Object.keys(eventNames)
  const similar = nearestName(String(type), names)
  check(
    typeof type === 'string' && Object.hasOwn(eventNames, type),
    `There is no event ${quote(type)}`,
    similar === undefined ? `The events are ${names.join(', ')}` : `Write '${similar}'`,
  )
}
