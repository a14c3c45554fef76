import { expiryOf } from '../record/expiry.ts'
import type { OpenedSession } from './opened-session.ts'
import type { OpenOutcome, SessionStore } from './store.ts'

/**
 * Reads a session as it is now, without touching it. For a store without `peek`, which keeps nothing on the server, only
 * its limits are judged. `at` is epoch ms, `touchInterval` ms.
 */
export async function peek(
  store: SessionStore,
  opened: OpenedSession,
  { at, touchInterval }: { at: number; touchInterval: number },
): Promise<OpenOutcome> {
  if (store.peek) return store.peek(opened)
  const { record, touchedAt } = opened
  const isExpired = at >= expiryOf(record, touchedAt, touchInterval)
  return isExpired
    ? { outcome: 'discarded', why: 'expired', id: record.id }
    : { outcome: 'open', opened }
}
