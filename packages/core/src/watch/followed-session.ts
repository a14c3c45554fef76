import type { SessionRecord } from '../record/record.ts'
import type { Ended } from '../session/state.ts'
import type { OpenedSession } from '../store/opened-session.ts'

/** One watch, as the session that it follows sees it. */
export interface Follower {
  /** The session that it follows. Changes once its token has been rotated away. */
  followed: FollowedSession
  /** Called once, if the session is over. */
  readonly end: (why: Ended) => void
  /** Called if the manager closes. */
  readonly close: () => void
}

/**
 * A session and the watches that follow it. They share its polls, touches and timer, so that many connections of one
 * session ask the store as often as a single one does.
 */
export interface FollowedSession {
  /** The session as it was when it was first opened by one of the watches. */
  readonly record: SessionRecord
  /** Adds a watch, which has just opened the session. */
  add(follower: Follower, opened?: OpenedSession): void
  /** Removes a watch. The last one stops the polls. */
  remove(follower: Follower): void
  /** Touches the session if that is due. @throws SessionStoreError if the store fails; all that wait for it get the error. */
  keepAlive(): Promise<void>
  /** Ends all its watches. */
  end(why: Ended): void
  /** Closes all its watches. */
  close(): void
}
