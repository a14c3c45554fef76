import { expiryOf } from '../record/expiry.ts'
import { isFuture } from '../util/clock.ts'
import type { OpenedSession } from './opened-session.ts'
import type { OpenOutcome, SessionStore } from './store.ts'

/**
 * Reads a session as it is now, without touching it. For a store without `peek`, which keeps nothing on the server, only
 * its limits are judged, as when its token is opened: one of the future is refused. `at` is epoch ms, `touchInterval` ms.
 */
export async function peek(
  store: SessionStore,
  opened: OpenedSession,
  { at, touchInterval }: { at: number; touchInterval: number },
): Promise<OpenOutcome> {
  if (store.peek) return store.peek(opened)
  const { record, touchedAt } = opened
  const isExpired = isFuture(touchedAt, at) || at >= expiryOf(record, touchedAt, touchInterval)
  return isExpired
    ? { outcome: 'discarded', why: 'expired', id: record.id }
    : { outcome: 'open', opened }
}
