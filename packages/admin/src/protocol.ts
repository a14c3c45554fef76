// What the API sends to the page. Times are epoch ms.
import type { SessionInfo, SessionStats, StatsProgress } from '@sojourn/core'

/** A line of `?api=stats`. The last one has `stats` or `error`. */
export interface StatsLine {
  readonly progress?: StatsProgress
  readonly stats?: SessionStats
  readonly error?: string
}

/** A line of `?api=scan`. The last one has `done` or `error`. */
export interface ScanLine {
  readonly found?: SessionInfo
  /** How many sessions the scan has looked at. */
  readonly scanned?: number
  readonly done?: {
    readonly scanned: number
    readonly unreadable: number
    /** True if there may be more than were asked for. */
    readonly hasMore: boolean
  }
  readonly error?: string
}

/** The response of `?api=user`. */
export interface UserReply {
  readonly sessions: readonly SessionInfo[]
}

/** The response of `?api=session`. */
export interface SessionReply {
  readonly session: SessionInfo
  /** The data as text; absent if operators may not see it. */
  readonly data?: string
}

/** The responses of the API's writes. */
export interface RevokeReply {
  readonly wasAlive: boolean
}
export interface RevokeUserReply {
  readonly ended: number
}

/** What an operator types to end all sessions. */
export const confirmation = 'end all sessions'
