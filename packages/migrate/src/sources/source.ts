import {
  check,
  type ForeignCookieScope,
  type ForeignCookies,
  type SessionStore,
  type StoreEnv,
  type StoreImports,
} from '@sojourn/core/store'
import type { OldRecords } from '../bridge/old-records.ts'

/**
 * Where the sessions of another library are: what recognises its cookies and opens its sessions. `migrateStore` takes one
 * as `from`. It judges nothing but what the other library says: ids, limits, claims and errors are the migration's.
 *
 * There are two kinds:
 *
 * | the library keeps its sessions | `verify` returns           | `find`, `end` |
 * |--------------------------------|----------------------------|---------------|
 * | in a store                     | the key of each session    | present       |
 * | sealed in the cookie           | each key, and the session  | absent        |
 */
export interface SessionSource {
  /** The name of the library, for messages and as part of the claims: `'express-session'`. It must never change. */
  readonly library: string
  /** All cookies that may hold a session or a part of one, such as `['session', 'session.sig']`. */
  readonly cookieNames: readonly string[]
  /** The options that all sources have, as the application gave them. */
  readonly options: SourceOptions
  /**
   * Whether several browsers may have equal cookies, because a cookie holds the data of its session, and nothing that only one
   * session has. Each of them then gets a session of its own; after one of these sessions has ended, no equal cookie opens
   * any more. @default false: all requests with one cookie have one session
   */
  readonly hasEqualCookies?: boolean
  /**
   * Returns the genuine sessions among the cookies of a request: those whose signature or seal holds, and that have not
   * expired by what they say themselves. Anything else is left out, without an error: strangers send these cookies. Does no
   * I/O; it is a promise only where the cryptography is (WebCrypto).
   * @param cookies The values as sent, not decoded; several for a name that occurs several times.
   * @param at Now, in epoch ms.
   */
  verify(
    cookies: ForeignCookies,
    at: number,
  ): readonly VerifiedCookie[] | Promise<readonly VerifiedCookie[]>
  /**
   * Returns the session of a key as it is in the library's store now; `undefined` if there is none. A record that the
   * library itself could not read is returned as unreadable: it counts as no session, and the event `corrupt` tells of it. If
   * the store is in trouble, it rejects: that is never "no session" (P8).
   */
  find?(key: string, call: SourceCall): Promise<ForeignSession | UnreadableRecord | undefined>
  /** Ends the session of a key in the library's store. Ending one that is gone is no error. */
  end?(key: string, call: SourceCall): Promise<void>
  /**
   * Yields the sessions in the library's store, in any order, for the check of a migration. Absent where the store cannot
   * list them.
   */
  scan?(call: SourceCall): AsyncIterable<ScannedSession>
  /** Present if new servers can write the sessions of old ones; then `migrateStore` with `keepOld` keeps both alike. */
  readonly oldRecords?: OldRecords
  /**
   * Wraps the store of the migration, for a library whose servers go on running: the result keeps their sessions up to date, and
   * takes over what they write. Absent where an old session ends with its import.
   */
  share?(store: SessionStore, context: ShareContext): SessionStore
}

/** What `SessionSource.share` needs. */
export interface ShareContext {
  readonly env: StoreEnv
  readonly imports: StoreImports
  /** Returns the key of the claim of a session, by the key of that session. */
  claimKey(key: string): string
}

/** What every call of a store takes as its last argument. */
export interface SourceCall {
  /** The manager's now, in epoch ms. */
  readonly at: number
  /** Aborted at the deadline of the call, `storeTimeout`. */
  readonly signal: AbortSignal
}

/** A genuine session among the cookies of a request. */
export interface VerifiedCookie {
  /**
   * Names the session in this library: the same for all its cookies, and for as long as it lives. Of a sealed session that
   * has no id of its own, a hash of the cookie. Only its HMAC is stored (P5).
   */
  readonly key: string
  /** The session that the cookie holds; absent if the library keeps it in a store. */
  readonly session?: ForeignSession
  /** What the cookie says of a session in a store, beyond its record. */
  readonly limits?: Pick<ForeignSession, 'createdAt' | 'absoluteExpiresAt'>
}

/** A session as the other library keeps it. Times are epoch ms, durations ms. */
export interface ForeignSession {
  /** What the application has put into it, without the library's own fields. */
  readonly data: ForeignData
  /** When it ends if it is not used, by the library's store or the seal; never by what a touch leaves stale. @default never */
  readonly expiresAt?: number
  /** How long it may be idle. @default the manager's `maxAge` */
  readonly maxAge?: number
  /** When it began. @default not known; the absolute limit then begins with the import */
  readonly createdAt?: number
  /** When it ends even if it is used. @default not limited */
  readonly absoluteExpiresAt?: number
  /** Whether its cookie outlives the browser. @default the manager's `persistent` */
  readonly persistent?: boolean
  /**
   * When its cookie opens nothing any more, whatever happens to its record: a server with the old library may write that
   * again. Leave it out if that is not known. @default expiresAt
   */
  readonly opensUntil?: number
}

/** The data of a session of another library. What it holds is up to the application that wrote it. */
// biome-ignore lint/suspicious/noExplicitAny: so that (data) => data.passport?.user needs no type
export type ForeignData = Readonly<Record<string, any>>

/** A record in the store of another library that is no session, and why. */
export interface UnreadableRecord {
  readonly unreadable: string
}

/** A record in the store of another library, and its key. */
export interface ScannedSession {
  readonly key: string
  readonly found: ForeignSession | UnreadableRecord
}

/** The options that all sources have. */
export interface SourceOptions<Data extends object = ForeignData> {
  /**
   * Returns the user of an old session: a string, or a number, which becomes one. Without a user, `undefined` or `null`.
   * @default all sessions are anonymous, and no list or limit sees who their user is
   * @example
   * userId: (data) => data.passport?.user
   */
  readonly userId?: (data: Data) => string | number | null | undefined
  /**
   * Returns the data of the new session. @default the data of the old one
   * @example
   * data: ({ cart }) => ({ cart })
   */
  readonly data?: (data: Data) => object
  /**
   * Returns the security stamp that the user had when the old session began; for a manager with the option
   * `securityStamp`, which opens no session of a user without one.
   */
  readonly securityStamp?: (data: Data) => string | undefined
  /**
   * When the migration ends: from then on no old session is opened. A time in epoch ms, or a `Date`. Give it in any case
   * where old cookies do not expire by themselves. Never move it to a later time: that a session from a cookie without a time has
   * ended is known until the time that this had then. @default no end; an old cookie is refused for as long as it may live
   */
  readonly until?: Date | number
  /** The path that the old cookie was set with, by which browsers delete it. @default '/' */
  readonly path?: string
  /** The domain that the old cookie was set with. @default none */
  readonly domain?: string
  /** Whether the old cookie was set with `Partitioned`. @default false */
  readonly partitioned?: boolean
}

/** The names of the options that all sources have, for `checkOptions`. */
export const sourceOptionNames = {
  userId: true,
  data: true,
  securityStamp: true,
  until: true,
  path: true,
  domain: true,
  partitioned: true,
} as const satisfies Record<keyof SourceOptions, true>

/**
 * Checks the options that all sources have; their names are checked by `checkOptions`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID`.
 */
export function checkSourceOptions<Data extends object>(options: SourceOptions<Data>): void {
  const { until } = options
  check(
    until === undefined ||
      ((until instanceof Date || typeof until === 'number') && Number(until) > 0),
    'until is no time',
    "Give a Date, or epoch ms, such as new Date('2030-02-01')",
  )
  for (const name of ['userId', 'data', 'securityStamp'] as const)
    check(
      options[name] === undefined || typeof options[name] === 'function',
      `${name} is no function`,
      'Give a function of the data of an old session',
    )
}

/** Returns the scope in which the cookies of a source are deleted. */
export function scopeOf({ path, domain, partitioned }: SourceOptions): ForeignCookieScope {
  return { path, domain, partitioned }
}
