import type { SessionInfo, SessionManager } from '@sojourn/core'
import { groupOf, TextSet } from '@sojourn/core/store'

/** What one look at all sessions has found. */
export interface Snapshot {
  /** When, in epoch ms. */
  readonly at: number
  readonly tookMs: number
  readonly sessions: number
  readonly loggedIn: number
  readonly users: number
  /** How many were used in the last minute, as far as the touches of the application tell. */
  readonly activeLately: number
  /** How many were created in the last minute. */
  readonly createdLately: number
  /** Those that were used last, the latest first. */
  readonly latest: readonly SessionInfo[]
}

const latelyMs = 60_000

/** Looks at all sessions once, and keeps so many of them. */
export async function takeSnapshot(
  manager: Pick<SessionManager<object>, 'scan'>,
  { keep, signal }: { keep: number; signal: AbortSignal },
): Promise<Snapshot> {
  const began = performance.now()
  const users = new TextSet()
  const now = Date.now()
  let [sessions, loggedIn, activeLately, createdLately] = [0, 0, 0, 0]
  let latest: SessionInfo[] = []
  const newestFirst = () => latest.sort((a, b) => b.lastSeenAt - a.lastSeenAt)
  for await (const session of manager.scan({ signal })) {
    sessions++
    if (session.userId !== undefined) {
      loggedIn++
      users.add(groupOf(session.id))
    }
    if (now - session.lastSeenAt < latelyMs) activeLately++
    if (now - session.createdAt < latelyMs) createdLately++
    latest.push(session)
    if (latest.length > 2 * keep + 100) latest = newestFirst().slice(0, keep)
  }
  return {
    at: Date.now(),
    tookMs: performance.now() - began,
    sessions,
    loggedIn,
    users: users.size,
    activeLately,
    createdLately,
    latest: newestFirst().slice(0, keep),
  }
}
