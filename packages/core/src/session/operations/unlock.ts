import type { ManagerContext, SessionState } from '../state.ts'
import { trackOpened } from '../track-data.ts'

/**
 * Opens a locked session for a login of its user, and locks it again if that fails. A session whose data cannot be decoded
 * stays ended, so that the login makes a new one.
 */
export async function withUnlocked(
  context: ManagerContext,
  state: SessionState,
  login: () => Promise<void>,
): Promise<void> {
  const { locked, ended, tracked } = state
  state.locked = undefined
  try {
    if (locked) state.tracked = trackOpened(context, locked)
  } catch {
    return login()
  }
  state.opened = locked
  state.ended = undefined
  try {
    await login()
  } catch (error) {
    state.opened = undefined
    state.ended = ended
    state.locked = locked
    state.tracked = tracked
    throw error
  }
}
