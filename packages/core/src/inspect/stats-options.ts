import type { SessionData } from '../session/session.ts'
import type { Duration } from '../util/duration.ts'
import type { SessionActivity } from './activity.ts'
import type { StoredSession } from './stored-session.ts'

/** Returns the key under which a session is counted; `undefined` if it has none. */
export type KeyOf<Data extends object = SessionData> = (
  session: StoredSession<Data>,
) => string | number | boolean | null | undefined

/** How far a scan for `SessionManager.stats` has come. */
export interface StatsProgress {
  /** How many sessions it has counted. */
  readonly scanned: number
  /** How many there were at the last scan; `undefined` for the first. */
  readonly expected: number | undefined
}

/** Options of `SessionManager.stats`. */
export interface StatsOptions<Data extends object = SessionData, Name extends string = string> {
  /**
   * What to count by: a function for each name, which returns the key of a session. At most 1,000 keys are told apart.
   * The summary is cached by the names, so give two functions two names.
   * @default nothing
   */
  readonly by?: Readonly<Record<Name, KeyOf<Data>>>
  /**
   * How old the summary may be. An older one is replaced by a scan of all sessions.
   * @default '30s', or ten times as long as the last scan took if that is more: scans then take a tenth of the time
   */
  readonly maxAge?: Duration
  /**
   * True: returns the last summary at once, however old, and lets a scan replace it behind the scenes. The first call still
   * waits.
   * @default false
   */
  readonly allowStale?: boolean
  /** Called when a scan begins, and after each 1,000 sessions. @default not called */
  readonly onProgress?: (progress: StatsProgress) => void
}

/** How many sessions have each key of one name. */
export interface SessionCounts {
  /** How many sessions each key has. The object has no prototype. */
  readonly counts: Readonly<Record<string, number>>
  /** How many sessions have no key. */
  readonly missing: number
  /** How many sessions have a key beyond the 1,000 that are told apart. */
  readonly other: number
}

/** What a scan of all sessions has counted. */
export interface SessionSummary<Name extends string = string> {
  /** When the scan ended, in epoch ms. */
  readonly at: number
  /** How long it took, in ms. */
  readonly tookMs: number
  /** All live sessions. */
  readonly sessions: number
  readonly loggedIn: number
  readonly anonymous: number
  /** How many different users are logged in. */
  readonly users: number
  /** How many sessions are bound to a device, by the option `deviceBound`. */
  readonly bound: number
  /** When the oldest session was created, in epoch ms; `undefined` if there is none. */
  readonly oldestAt: number | undefined
  /** When the newest session was created, in epoch ms; `undefined` if there is none. */
  readonly newestAt: number | undefined
  /** The mean age of the sessions, in ms; `undefined` if there is none. */
  readonly meanAgeMs: number | undefined
  /** How many stored sessions cannot be decoded. They are in no other number. */
  readonly unreadable: number
  /** The counts by each name of the option `by`. */
  readonly by: Readonly<Record<Name, SessionCounts>>
}

/** What `SessionManager.stats` returns. */
export interface SessionStats<Name extends string = string> extends SessionSummary<Name> {
  /** What this server has created and ended, as of this call. Other servers have their own. */
  readonly activity: SessionActivity
}
