import type { EndReason } from '../../record/record.ts'
import type { OpenedSession } from '../../store/opened-session.ts'
import type { ManagerContext } from '../state.ts'

/**
 * Ends a session that a request has opened, unless another one has re-authenticated it meanwhile: to end it by its id alone
 * would log out the user who has just logged in. So it is marked as leaving first, which is refused after an elevation, and
 * after which none succeeds. A failure of the store is ignored, because the next request with the token tries again.
 */
export async function endIfNotElevated<Reason extends EndReason>(
  { store, emit }: ManagerContext,
  opened: OpenedSession,
  reason: Reason,
): Promise<Reason | 'stale'> {
  if (!store.supports.revocation) return reason
  try {
    const marking = await store.save(opened, { leave: true })
    if (!marking.saved) return marking.why === 'superseded' ? 'stale' : reason
    const ending = await store.end(marking.opened, reason)
    if (ending.last) emit('ended', { id: opened.record.id, reason })
  } catch {
    // The store has emitted `failed`.
  }
  return reason
}
