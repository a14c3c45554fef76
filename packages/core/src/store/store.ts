import type { Codec } from '../data/codec.ts'
import type { DataShape } from '../data/data-shape.ts'
import type { MergeKey } from '../data/merge.ts'
import type { ChangedData } from '../data/merge-stored.ts'
import type { DiscardReason, Emit } from '../events.ts'
import type { ForeignCookieOptions, ForeignCookies } from '../http/foreign-cookies.ts'
import type { DeviceBindingChange } from '../record/device-binding.ts'
import type { Factor } from '../record/factors.ts'
import type { Fingerprint } from '../record/fingerprint.ts'
import type { Keyring } from '../record/keyring.ts'
import type { Actor, ClientInfo, Elevation, EndReason, SessionId } from '../record/record.ts'
import type { RotationPolicy } from '../record/rotation.ts'
import type { SessionIds } from '../record/session-ids.ts'
import type { Tracing } from '../tracing.ts'
import type { Awaitable } from '../util/and-then.ts'
import type { Clock } from '../util/clock.ts'
import type { GroupLimit } from './backend.ts'
import type { OpenedSession } from './opened-session.ts'
import type { SessionInfo } from './session-info.ts'
import type { StoreImports } from './store-import.ts'

/** What a manager passes to a `StoreFactory`. */
export interface StoreEnv {
  /** Keys derived from `secretKey` and `indexKey`. */
  readonly keyring: Keyring
  /** Makes the ids of sessions. A store makes no others: by them the manager knows its own sessions. */
  readonly ids: SessionIds
  /** Returns the manager's now, in epoch ms. A store reads no other clock. */
  readonly clock: Clock
  /** The codec that the application configured; `undefined` if it left the choice to the store. */
  readonly codec: Codec | undefined
  readonly cookieName: string
  /** Sends an event to the listeners of the manager. Never throws. */
  readonly emit: Emit
  /** Runs the calls of the database for the tracers of the manager; pass it to `guardBackend`. */
  readonly tracing: Tracing
  /** Prints a warning for the developer, about a problem that is not an error. Never throws. */
  readonly warn: (message: string) => void
  readonly policy: StorePolicy
}

/** The configuration that a store applies. Times are in ms. */
export interface StorePolicy extends RotationPolicy {
  /** The deadline of one operation. */
  readonly storeTimeout: number
  /** The limit for encoded `data`, in bytes. */
  readonly maxDataBytes: number
  /** The idle limit of new sessions. */
  readonly maxAge: number
  /** The hard limit of new sessions, from their beginning on. */
  readonly absoluteTimeout: number
  /** Whether the cookies of new sessions outlive the browser. */
  readonly persistent: boolean
  readonly onReplay: ReplayPolicy
  /** Resolves conflicts of `data`; without it the later commit wins. */
  readonly merge: MergeKey | undefined
  /** What stored data looks like, with the option `schema` or `version`; `applyChanges` knows it. */
  readonly dataShape?: DataShape | undefined
  /** The limits of sessions in which somebody acts as another user; absent if nobody may. */
  readonly acting?: ActingLimits | undefined
}

/** The limits of an acting session, in ms. */
export interface ActingLimits {
  readonly maxAge: number
  readonly absoluteTimeout: number
}

/** What a replay does besides the event `replayed`: nothing, end the session, or end all sessions of its user. */
export type ReplayPolicy = 'ignore' | 'destroy' | 'revokeAll'

/** Makes the store of one manager. `memoryStore()` and `keyedStore()` return one. */
export type StoreFactory = (env: StoreEnv) => SessionStore

/**
 * The result of `open` and `peek`:
 *
 * - `open`: the session.
 * - `ended`: the session has ended and why, or the token is `stale`, that is, rotated away.
 * - `discarded`: the token is not used, and why. `id` is `undefined` if no token was genuine.
 */
export type OpenOutcome =
  | {
      readonly outcome: 'open'
      readonly opened: OpenedSession
      /** As in `SaveOutcome`: present if the client has been without its next token for long. */
      readonly token?: string
      /** As in `SaveOutcome`: present if the client has been without its next token for long. */
      readonly offer?: string
      /** True if a save is due whether or not the request changes anything: it offers or confirms a new token. */
      readonly isSaveDue?: boolean
      /**
       * For `open`: a name of the token that opened the session, the same whenever this token does, and not secret.
       * Connections with one name share their polls of the store. Absent if `peek` depends on more than the token.
       */
      readonly openedBy?: string
      /** For `peek`: true if the token that opened the session would not open it any more. */
      readonly isTokenRetired?: boolean
    }
  | {
      readonly outcome: 'ended'
      readonly id: SessionId
      readonly reason: EndReason | 'stale'
      /** The session before it ended, where known: it is in the token, or this request's replay ended it. */
      readonly last?: OpenedSession
    }
  | {
      readonly outcome: 'discarded'
      readonly why: DiscardReason
      readonly id: SessionId | undefined
    }

/** What a new session starts with. */
export interface Draft {
  /** The id that `session.id` has shown already, if it has; otherwise the store chooses one. */
  readonly id?: SessionId
  /** Absent for an anonymous session. */
  readonly userId?: string
  /** `session.data`, encoded by the store's codec. */
  readonly data: Uint8Array
  /** The idle limit, in ms. */
  readonly maxAge: number
  /** The hard limit, in ms from now. */
  readonly absoluteTimeout: number
  /** Whether the cookie outlives the browser. */
  readonly persistent: boolean
  /** The hash of the user's security stamp, with the option `securityStamp`. The record keeps it. */
  readonly stamp?: string
  readonly client?: ClientInfo
  /** What the user has proved. The record keeps it. */
  readonly factors?: readonly Factor[]
  /** Who acts as the user. The record keeps it. */
  readonly actor?: Actor
  /** The keyed hashes of the client's fingerprint. The record keeps them. */
  readonly fingerprint?: Fingerprint
  /** The version of the application whose form `data` has. The record keeps it. */
  readonly dataVersion?: number | undefined
  /**
   * The tokens that the request presents, genuine or not. Of parallel logins of one user that present the same one, the
   * first creates a session, and the store lets the others join it.
   */
  readonly presented?: { readonly tokens: readonly string[]; readonly offers: readonly string[] }
}

/**
 * The result of `create`: the session, its token, and the sessions that were ended to keep the limit; or nothing was
 * created, because the limit refuses it or the session with this id has ended already.
 */
export type CreateOutcome =
  | {
      readonly created: true
      readonly opened: OpenedSession
      /** Send it to the client. */
      readonly token: string
      readonly evicted: readonly SessionId[]
      /** True if the session is one that a parallel login has made or elevated. Its data is in `opened`. */
      readonly joined?: true
      /** As in `SaveOutcome`: present if a login that joins has replaced the token. */
      readonly rotated?: 'cause'
    }
  | { readonly created: false; readonly why: 'limit' | 'ended' }

/** What a request changes in its session. After a conflict, the store applies it again to the newer session. */
export interface Changes {
  /**
   * The encoded data: `base` as the handler received it, `mine` as the handler left it, both in the form of `version`.
   * Where another request has written since, the store merges per top-level key: `applyChanges` does.
   */
  readonly data?: ChangedData
  /** Changes a decoded copy of the newest data, in place. Runs again after each conflict. */
  readonly update?: (data: object) => void | Promise<void>
  /**
   * Replaces the token by a new, random one; the old one opens nothing from then on (P4). With an `elevation` this is a
   * re-authentication; `factors` without one are added to those of the record, and no limit changes.
   */
  readonly rotate?: { readonly elevation?: Elevation; readonly factors?: readonly Factor[] }
  /**
   * Marks the session as leaving for another store, and changes nothing else. A session that is leaving still opens, but
   * is not written or elevated any more. Only passed to stores with `supports.revocation`.
   */
  readonly leave?: true
  /** The fingerprint that the record keeps from now on. It is no change that another request can conflict with. */
  readonly fingerprint?: Fingerprint
  /**
   * What changes of the device binding: `changeDeviceBinding` applies it to the newest record. To confirm one is, as the
   * fingerprint, no change that another request can conflict with.
   */
  readonly deviceBinding?: DeviceBindingChange
  /**
   * True in a passive request, which does not count as use: the save touches nothing and takes no step of the rotation by
   * age. Changes are written as ever.
   */
  readonly passive?: true
}

/**
 * The result of `save`: the session as it is now; or nothing was written, because the session has `ended` or another
 * request has elevated it since it was opened (`superseded`).
 */
export type SaveOutcome =
  | {
      readonly saved: true
      readonly opened: OpenedSession
      /** Present if the client needs another token: send it. */
      readonly token?: string
      /**
       * Present if the client should change to this token by and by: send it where it does not overwrite the `token` of
       * another response. Until the client presents it, the old one is valid.
       */
      readonly offer?: string
      /** Present if another token opens the session from now on: by `rotate`, or by `rotationInterval`. */
      readonly rotated?: 'cause' | 'age'
      /** True if this save has written other data; for the event `committed`. */
      readonly isChanged?: boolean
      /** True if this save has prolonged the session; for the event `touched`. */
      readonly isTouched?: boolean
    }
  | { readonly saved: false; readonly why: 'ended' | 'superseded' }

/**
 * The result of `end`: the last state of the session that this call ended; or, if it had ended before, the reason, as
 * far as it is known.
 */
export type EndOutcome =
  | { readonly last: OpenedSession }
  | { readonly last: undefined; readonly before: EndReason | undefined }

/** The sessions of a user, in a store that has an index of users. */
export interface StoreUsers {
  /** Returns the live sessions of a user, last used first. */
  list(userId: string): Promise<readonly SessionInfo[]>
  /**
   * Ends all sessions of a user but `except`. Returns the ids of those that it ended, in any order. `onEnded` is called with
   * ids that are known before: if it rejects, those sessions have ended.
   */
  endAll(
    userId: string,
    options: {
      readonly except?: SessionId
      readonly reason: EndReason
      readonly onEnded?: (ids: readonly SessionId[]) => void
    },
  ): Promise<readonly SessionId[]>
}

/** A session as an operator may see it: it cannot be saved, and no token opened it. */
export interface InspectedSession extends OpenedSession {
  /** The codec that encoded the data. */
  readonly codec: Codec
}

/**
 * The sessions of a store for operators, of all users and visitors of this namespace. A session that cannot be decoded is
 * `'unreadable'`; no event tells of it.
 */
export interface StoreInspection {
  /**
   * Yields each live session once, in any order, and takes turns with other work of the process. One that is created or
   * ended meanwhile may be missing. Once `signal` is aborted, the next step rejects with its reason.
   */
  scan(signal?: AbortSignal): AsyncIterable<InspectedSession | 'unreadable'>
  /** Returns a live session by its id, or `undefined`. */
  find(id: SessionId): Promise<InspectedSession | 'unreadable' | undefined>
}

/**
 * Which epochs there are, as this store keeps them; see `SessionIds`. All sessions of an earlier epoch have ended. Whoever
 * creates sessions reads the epochs at most once a second, and `env.ids` judges by them.
 */
export interface StoreEpochs {
  /**
   * Reads the epochs if that was not done in the last second, and tells `env.ids`. Rejects only if they were never read.
   */
  sync(): Promise<void>
  /** Reads the epochs now, for what must not miss a session of a new one. Rejects if they cannot be read. */
  reread(): Promise<void>
  /**
   * Begins a new epoch and ends all sessions that exist, on every server when it resolves. If it rejects, it may have ended
   * some of them. Emits `everybodyRevoked`.
   */
  renew(): Promise<void>
  /**
   * Writes the epochs that `env.ids` knows, if this store does not have them yet, and ends its sessions of earlier ones. For
   * a store around others.
   */
  publish(): Promise<void>
}

/** Which promises a store keeps. Options that need another one are refused when the manager is made. */
export interface StoreSupports {
  /** Parallel writers do not lose each other's changes (P2). */
  readonly conditionalWrite: boolean
  /** An ended session is ended at once, by `end` and by `endById` (P1, P4). */
  readonly revocation: boolean
  /** `users` exists (P10). */
  readonly list: boolean
  /** `create` applies a limit atomically (P10). */
  readonly limit: boolean
  /** `inspection` exists: operators can see all sessions. */
  readonly scan: boolean
}

/**
 * The contract between a manager and its store: sessions by token. Rotation, tombstones, merging and retries are the
 * store's, so the manager treats a session in a database and one sealed in its cookie alike.
 *
 * Outcomes are return values; a rejection means that the store is in trouble. A `token` or `offer` in an outcome must be
 * sent to the client. It consists of letters, digits and `. _ + / = -`.
 *
 * `open`, `create` and `save` may return their outcome at once, without a promise; a request then waits for nothing.
 *
 * `keyedStore(backend)` implements this contract for a database.
 */
export interface SessionStore {
  /**
   * Opens a session by the tokens that a request carries, usually one. Also ends what `policy.onReplay` names if the
   * token is a replay. A token that is not genuine costs no I/O (P6). `offers` are tokens that the client was offered;
   * they open only the session that `tokens` name. A store that makes no offers ignores them. `foreign` are the cookies of
   * `foreignCookies` that the request carries; then `tokens` may be empty.
   */
  open(
    tokens: readonly string[],
    offers?: readonly string[],
    foreign?: ForeignCookies,
  ): Awaitable<OpenOutcome>
  /**
   * Returns the session as it is now, by its id, whichever token opened it. Rotates nothing, and writes nothing but
   * corrections of times. For connections that outlive a request. Absent if the store keeps nothing on the server, not even that a session ended.
   */
  peek?(opened: OpenedSession): Promise<OpenOutcome>
  /**
   * Returns the session with this id as it is now, without a token, such as that of an actor. It can be saved and ended like
   * one that was opened, and no step of the rotation by age is taken. Absent if the store cannot look sessions up; then
   * nobody can act as another user.
   */
  openById?(id: SessionId): Promise<OpenOutcome>
  /**
   * Creates a session. No other operation creates one, and it never replaces an ended one (P1). `limit` bounds the live
   * sessions of the same user.
   */
  create(draft: Draft, options: { readonly limit?: GroupLimit }): Awaitable<CreateOutcome>
  /** Writes changes, and touches the session if a touch is due. With empty changes it only touches. */
  save(opened: OpenedSession, changes: Changes): Awaitable<SaveOutcome>
  /** Ends a session. It must use only `opened.record`: in a migration, the other store may have opened the session. */
  end(opened: OpenedSession, reason: EndReason): Promise<EndOutcome>
  /**
   * Ends a session by its id. Returns whether it was live; a store that cannot look sessions up returns true unless it
   * was ended before. Absent if the store keeps nothing on the server.
   */
  endById?(id: SessionId, reason: EndReason): Promise<boolean>
  /** Present if `supports.list` is true. */
  readonly users?: StoreUsers
  /** Present if `supports.scan` is true. */
  readonly inspection?: StoreInspection
  /** Present if all sessions can be ended at once. */
  readonly epochs?: StoreEpochs
  /** Present if sessions of another store can be moved into this one. */
  readonly imports?: StoreImports
  /** The codec of `data`. */
  readonly codec: Codec
  readonly supports: StoreSupports
  /**
   * How many cookies a token that is too long for one may be split into, 1 to 3. The pieces come back joined, as one
   * token, of which the store must authenticate every byte. `cookieCapacity` returns how much fits.
   * @default 1
   */
  readonly maxCookies?: number
  /** Present if the store opens sessions of another library, by their cookies. */
  readonly foreignCookies?: ForeignCookieOptions
  /**
   * Calls the listener with the id of each session that the store notices to have expired; see `SessionBackend.onExpired`.
   * Returns a function that removes the listener. Absent if the store cannot tell.
   */
  onExpired?(listener: (id: SessionId) => void): () => void
  /** Resolves if the store can be reached. */
  ping(): Promise<void>
  /** Closes what the store itself opened, and nothing else. */
  close(): Promise<void>
}
