import { expiryOf } from '../record/expiry.ts'
import type { OpenedSession } from './opened-session.ts'
import type { OpenOutcome, SessionStore } from './store.ts'

/** Looks at a session without touching it. A store that keeps nothing can only say whether its limits are over. */
export async function peek(
  store: SessionStore,
  opened: OpenedSession,
  { at, touchInterval }: { at: number; touchInterval: number },
): Promise<OpenOutcome> {
  if (store.peek) return store.peek(opened)
  const { record, touchedAt } = opened
  const isOver = at >= expiryOf(record, touchedAt, touchInterval)
  return isOver
    ? { outcome: 'discarded', why: 'expired', id: record.id }
    : { outcome: 'open', opened }
}
