import { correctTimes, hasFutureTimes } from '../record/future-times.ts'
import { mintVersion } from '../record/token.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { KeyedContext } from './context.ts'
import { nextLineage } from './rows.ts'

/** A session, and the time by which it is judged, in epoch ms. */
export interface JudgedSession {
  readonly opened: OpenedSession
  readonly at: number
}

/** A database that is further ahead than this, in ms, has no better clock but lives in another time than a test. */
const maxLeadMs = 7 * 86_400_000

/**
 * Returns `correct`, for a session that has times of the future (record/future-times.ts). Either the clock that wrote
 * them was ahead, or the clock of this server is behind, which would see such times in every session. So the database is
 * asked for its time, if the backend has `now`, and the later of the two clocks counts:
 *
 * - The times are of the future by that clock too: they are corrected, and the session is written by one `replace`. Later
 *   it would be too late: once the clock has reached such a time, it looks right.
 * - They are not: this server is behind. The session is judged by the time of the database, and nothing is written.
 *
 * If the write is not applied, because another request has written or the store is in trouble, the corrected session is
 * returned all the same, and the next request that finds times of the future tries again. Warns once, for the operator.
 */
export function createCorrect({
  backend,
  rows,
  env: { warn },
}: KeyedContext): (opened: OpenedSession, ownAt: number) => Promise<JudgedSession> {
  let hasWarned = false

  return async (opened, ownAt) => {
    const databaseAt = await databaseTime(ownAt)
    const at = databaseAt - ownAt > maxLeadMs ? ownAt : Math.max(ownAt, databaseAt)
    const isBehind = !hasFutureTimes(opened, at)
    warnOnce(isBehind)
    return { at, opened: isBehind ? opened : await writeCorrected(opened, at) }
  }

  /** Falls back to the server's own clock if the database does not respond. */
  async function databaseTime(ownAt: number): Promise<number> {
    try {
      return (await backend.now?.(ownAt)) ?? ownAt
    } catch {
      return ownAt // the guarded backend has emitted `failed`
    }
  }

  async function writeCorrected(opened: OpenedSession, at: number): Promise<OpenedSession> {
    const origin = rows.originOf(opened)
    const corrected = rows.withOrigin(correctTimes(opened, at), origin)
    if (opened.record.leaving) return corrected // it is not written any more
    const expected = origin.lineage.version
    const lineage = nextLineage(origin.lineage, mintVersion())
    const written = rows.withOrigin(corrected, { ...origin, lineage })
    try {
      const outcome = await backend.replace(opened.record.id, rows.write(written), { at, expected })
      return outcome === 'replaced' ? written : corrected
    } catch {
      return corrected // the guarded backend has emitted `failed`
    }
  }

  function warnOnce(isBehind: boolean): void {
    if (hasWarned) return
    hasWarned = true
    warn(
      isBehind
        ? 'A session has times of the future, and by the clock of the database this server is behind. Until its clock is right, its sessions end early on other servers. Synchronise it (NTP).'
        : 'A session has times of the future: the clock of this server, or of another one with the same store, is or was more than a minute off. ' +
            'The times were corrected, and its user may have to log in again before something sensitive. Synchronise the clocks of all servers (NTP).',
    )
  }
}
