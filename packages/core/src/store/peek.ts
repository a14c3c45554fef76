import { expiryOf } from '../record/expiry.ts'
import type { Opened } from './opened.ts'
import type { Opening, SessionStore } from './store.ts'

/** Looks at a session without touching it. A store that keeps nothing can only say whether its limits are over. */
export async function look(
  store: SessionStore,
  opened: Opened,
  { at, touchInterval }: { at: number; touchInterval: number },
): Promise<Opening> {
  if (store.look) return store.look(opened)
  const { record, touchedAt } = opened
  const isOver = at >= expiryOf(record, touchedAt, touchInterval)
  return isOver
    ? { outcome: 'discarded', why: 'expired', id: record.id }
    : { outcome: 'open', opened }
}
