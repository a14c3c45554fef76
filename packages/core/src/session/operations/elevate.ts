import type { OpenedSession } from '../../store/opened-session.ts'
import type { Changes } from '../../store/store.ts'
import { emitSaved } from '../commit/commit.ts'
import { withClient } from '../commit/decide.ts'
import {
  applySaved,
  type ManagerContext,
  markEnded,
  type SessionState,
  supersededError,
} from '../state.ts'
import { changedData } from '../track-data.ts'

/**
 * Saves the session with a new token, and what `rotate` says of it; the changes of the data go along. Returns false, and
 * marks the session as gone, if it has ended meanwhile.
 * @throws SessionConflictError `ERR_SESSION_SUPERSEDED` if another request elevated the session meanwhile.
 */
export async function elevate(
  context: ManagerContext,
  state: SessionState,
  {
    opened,
    rotate,
    operation,
  }: {
    opened: OpenedSession
    rotate: NonNullable<Changes['rotate']>
    operation: 'login' | 'addFactor'
  },
): Promise<boolean> {
  const data = changedData(state.tracked)
  const saving = await context.store.save(opened, withClient(state, { data, rotate }))
  if (saving.saved) {
    applySaved(state, saving, data.mine)
    emitSaved(context, saving)
    return true
  }
  if (saving.why === 'superseded') throw supersededError(context, opened, operation)
  markEnded(context, state, 'gone')
  return false
}
