import { SessionUsageError } from '../../errors.ts'
import type { SessionId } from '../../record/record.ts'
import type { SessionStore, StoreUsers } from '../../store/store.ts'
import type { ManagerContext } from '../state.ts'

/**
 * Ends the sessions of a user, all but `except`, with the reason `revoked`, and emits `ended` for each that it ended: also
 * if it fails, for those that are known to have ended. Returns how many.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the store keeps no index of users.
 */
export async function endAll(
  { store, emit }: ManagerContext,
  userId: string,
  except: SessionId | undefined,
): Promise<number> {
  const ended = new Set<SessionId>()
  const onEnded = (ids: readonly SessionId[]) => {
    for (const id of ids) {
      if (ended.has(id)) continue
      ended.add(id)
      emit('ended', { id, reason: 'revoked' })
    }
  }
  const options = except === undefined ? {} : { except }
  onEnded(await usersOf(store).endAll(userId, { reason: 'revoked', onEnded, ...options }))
  return ended.size
}

/**
 * Returns the index of users of a store.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if it keeps none.
 */
export function usersOf({ users }: SessionStore): StoreUsers {
  if (users) return users
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'This store keeps no index of users, so it cannot list their sessions or end them all. Use a store whose supports.list is true.',
  )
}
