import type { Codec } from '../data/codec.ts'
import type { MergeKey } from '../data/merge.ts'
import type { DiscardReason, Emit } from '../events.ts'
import type { Keyring } from '../record/keyring.ts'
import type { ClientInfo, Elevation, EndReason, SessionId } from '../record/record.ts'
import type { RotationPolicy } from '../record/rotation.ts'
import type { Clock } from '../util/clock.ts'
import type { GroupLimit } from './backend.ts'
import type { OpenedSession } from './opened-session.ts'
import type { SessionInfo } from './session-info.ts'
import type { StoreImports } from './store-import.ts'

/** What a manager hands to a store when it makes it. */
export interface StoreEnv {
  readonly keyring: Keyring
  readonly clock: Clock
  /** The codec that the application chose; without one the store takes its own. */
  readonly codec: Codec | undefined
  readonly cookieName: string
  readonly emit: Emit
  /** Tells the developer of a flaw that is no error. Never throws. */
  readonly warn: (message: string) => void
  readonly policy: StorePolicy
}

/** The numbers that a store judges by, all in ms but `maxDataBytes`. */
export interface StorePolicy extends RotationPolicy {
  readonly storeTimeout: number
  readonly touchInterval: number
  readonly maxDataBytes: number
  readonly onReplay: ReplayPolicy
  readonly merge: MergeKey | undefined
}

/** What a replay does beyond its event: nothing, end the session, or end all sessions of its user. */
export type ReplayPolicy = 'ignore' | 'destroy' | 'revokeAll'

/** What `memoryStore()` and its kin return: the manager calls it with its keys, clock and codec. */
export type StoreFactory = (env: StoreEnv) => SessionStore

export type OpenOutcome =
  | { readonly outcome: 'open'; readonly opened: OpenedSession }
  | {
      readonly outcome: 'ended'
      readonly id: SessionId
      readonly reason: EndReason | 'stale'
      /** What the session was, where the token or the replay that ended it tells. */
      readonly last?: OpenedSession
    }
  | {
      readonly outcome: 'discarded'
      readonly why: DiscardReason
      readonly id: SessionId | undefined
    }

/** What a session begins with. */
export interface Draft {
  /** The id that the handler was already shown, where it was. */
  readonly id?: SessionId
  readonly userId?: string
  readonly data: Uint8Array
  readonly maxAge: number
  readonly absoluteTimeout: number
  readonly persistent: boolean
  readonly client?: ClientInfo
}

export type CreateOutcome =
  | {
      readonly created: true
      readonly opened: OpenedSession
      readonly token: string
      readonly evicted: readonly SessionId[]
    }
  | { readonly created: false; readonly why: 'limit' | 'ended' }

/** What a request wants of its session; the store judges it again on every row that it meets. */
export interface Changes {
  /** `base` is what the handler was given, `mine` what it left; a conflict is merged key by key. */
  readonly data?: { readonly base: Uint8Array; readonly mine: Uint8Array }
  /** Runs on the newest data, again after each conflict. */
  readonly update?: (data: object) => void | Promise<void>
  /** A new token by cause; with an elevation, a re-authentication. */
  readonly rotate?: { readonly elevation?: Elevation }
  /**
   * Marks the session as leaving, and does nothing else: it still opens, but nothing is written and nobody elevates it any
   * more. Stores without `revocation` are not asked for it.
   */
  readonly leave?: true
}

export type SaveOutcome =
  | {
      readonly saved: true
      readonly opened: OpenedSession
      /** Present when the client is to have another token: send it. */
      readonly token?: string
      /** Why the token that opens the session is another one now. */
      readonly rotated?: 'cause' | 'age'
    }
  | { readonly saved: false; readonly why: 'ended' | 'superseded' }

/** What ending a session came to: its last state, or why somebody else had ended it before, as far as that is known. */
export type EndOutcome =
  | { readonly last: OpenedSession }
  | { readonly last: undefined; readonly before: EndReason | undefined }

/** What a store with an index of users can do. */
export interface StoreUsers {
  list(userId: string): Promise<readonly SessionInfo[]>
  /** Ends all of a user but `except`; answers how many. */
  endAll(
    userId: string,
    options: { readonly except?: SessionId; readonly reason: EndReason },
  ): Promise<number>
}

/** What a store can keep of the promises. */
export interface StoreSupports {
  /** Parallel writers lose nothing (P2). */
  readonly conditionalWrite: boolean
  /** Ended means ended at once (P1, P4), by `endById` too. */
  readonly revocation: boolean
  /** `users` exists (P10). */
  readonly list: boolean
  readonly limit: boolean
}

/**
 * The port that a manager speaks: records by token. Outcomes are values, a rejection is trouble, and a `token` that
 * comes back means "send it"; it consists of letters, digits and `. _ + / = -`. Rotation, tombstones, merging and retries live behind it, so that a session kept in a
 * database and a session sealed in its cookie look alike from here.
 */
export interface SessionStore {
  /** Opens a session by the values of its cookie, mostly one. A value that is not genuine costs no I/O (P6). */
  open(tokens: readonly string[]): Promise<OpenOutcome>
  /**
   * The session as it is now, whatever token opens it; nothing is written, and no token rotates. For what lives longer
   * than a request. Absent where the store keeps nothing of its sessions, not even that they have ended.
   */
  peek?(opened: OpenedSession): Promise<OpenOutcome>
  /** The only thing that creates, and never over an ended session (P1). */
  create(draft: Draft, options: { readonly limit?: GroupLimit }): Promise<CreateOutcome>
  /** Writes changes, and touches when a touch is due. Without changes it only touches. */
  save(opened: OpenedSession, changes: Changes): Promise<SaveOutcome>
  /** Ends a session, going by its record alone: in a migration it may be one that the other store opened. */
  end(opened: OpenedSession, reason: EndReason): Promise<EndOutcome>
  /**
   * Ends a session by its id, wherever it is used; says whether it was alive. A store that does not look sessions up
   * takes one for alive that nobody has ended. Absent where nothing outlives the token.
   */
  endById?(id: SessionId, reason: EndReason): Promise<boolean>
  readonly users?: StoreUsers
  /** Present where sessions of another store can be moved into this one. */
  readonly imports?: StoreImports
  readonly codec: Codec
  readonly supports: StoreSupports
  /**
   * Into how many cookies a token may be split that is too long for one; at most 3. What the browser then presents comes
   * joined, as one token, of which the store must authenticate every byte. `cookieCapacity` says how much fits.
   * @default 1
   */
  readonly maxCookies?: number
  ping(): Promise<void>
  close(): Promise<void>
}
