import { SessionUsageError } from '../errors.ts'
import type { SessionId } from '../record/record.ts'
import type { SessionStore, StoreUsers } from '../store/store.ts'
import type { ManagerContext } from './state.ts'

/**
 * Ends the sessions of a user, all but `except`, with the reason `revoked`, and emits `ended` for each that it ended.
 * Returns how many.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the store keeps no index of users.
 */
export async function endAll(
  { store, emit }: ManagerContext,
  userId: string,
  except: SessionId | undefined,
): Promise<number> {
  const ended = await usersOf(store).endAll(userId, {
    reason: 'revoked',
    ...(except === undefined ? {} : { except }),
  })
  for (const id of ended) emit('ended', { id, reason: 'revoked' })
  return ended.length
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
