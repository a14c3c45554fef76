import { hasFutureTimes } from '../record/future-times.ts'
import type { SessionId } from '../record/record.ts'
import type { Row, Tombstone } from '../store/backend.ts'
import type { OpenedSession } from '../store/opened-session.ts'
import type { OpenOutcome } from '../store/store.ts'
import type { Awaitable } from '../util/and-then.ts'
import type { KeyedContext } from './context.ts'
import { createCorrect, type JudgedSession } from './correct.ts'
import type { RowRefusal } from './rows.ts'

/** Why a session is not open. */
type NotOpen = Exclude<OpenOutcome, { outcome: 'open' }>

/** Judges what a look-up of the session `id` has found at `at`, epoch ms. */
type Judge = (
  id: SessionId,
  found: Row | Tombstone | null,
  at: number,
) => Awaitable<JudgedSession | NotOpen>

/**
 * Returns the function that reads the session in a row and judges its limits, but not the token that was presented. It
 * returns a promise only where more must be asked: one for each request would cost more than all that is judged.
 */
export function createJudge(context: KeyedContext): Judge {
  const { rows, epochs } = context
  const correct = createCorrect(context)

  return (id, found, at) => {
    if (found === null) return { outcome: 'discarded', why: 'unknown', id }
    if ('ended' in found) return { outcome: 'ended', id, reason: found.ended }
    const opened = rows.read(id, found)
    const isUnsure =
      typeof opened === 'string'
        ? opened === 'foreign' && epochs !== undefined
        : found.expiresAt > at && hasFutureTimes(opened, at)
    return isUnsure
      ? askAndJudge(id, found, at)
      : judgeLimits({ id, opened, endsAt: found.expiresAt, at })
  }

  /**
   * Asks the epochs about a row that looks foreign, as it may be of one that began a moment ago, and another clock about
   * times of the future. They are corrected here, so that whatever reads the session first does it, a `manager.read` or a
   * watch too.
   */
  async function askAndJudge(
    id: SessionId,
    row: Row,
    at: number,
  ): Promise<JudgedSession | NotOpen> {
    let opened = rows.read(id, row)
    if (opened === 'foreign' && epochs) {
      await epochs.reread()
      opened = rows.read(id, row)
    }
    const judged =
      typeof opened !== 'string' && row.expiresAt > at && hasFutureTimes(opened, at)
        ? await correct(opened, at)
        : { opened, at }
    return judgeLimits({ id, endsAt: row.expiresAt, ...judged })
  }

  /** `endsAt` is when the row is gone, in epoch ms. */
  function judgeLimits({
    id,
    opened,
    endsAt,
    at,
  }: {
    id: SessionId
    opened: OpenedSession | RowRefusal
    endsAt: number
    at: number
  }): JudgedSession | NotOpen {
    if (opened === 'revoked') return { outcome: 'ended', id, reason: opened }
    if (typeof opened === 'string') return { outcome: 'discarded', why: opened, id }
    return Math.min(rows.expiryOf(opened), endsAt) > at
      ? { opened, at }
      : { outcome: 'discarded', why: 'expired', id }
  }
}
