import { SessionUsageError } from '../../errors.ts'
import { checkUserId } from '../../options/login-options.ts'
import { groupOf, type SessionId } from '../../record/record.ts'
import type { SessionStore } from '../../store/store.ts'
import { checkOptions } from '../../util/check-options.ts'
import type { ManagerContext } from '../state.ts'

/** Options of `SessionManager.revoke`. */
export interface RevokeOptions {
  /** End the session only if it is this user's. @default whose it is does not matter */
  readonly userId?: string
}

/**
 * Ends one session by its id; see `SessionManager.revoke`. An option `userId` that is there but `undefined`, as that of a
 * visitor, is refused: without the check anybody could end the session.
 */
export async function revoke(
  { store, ids, emit }: ManagerContext,
  id: SessionId,
  options: RevokeOptions = {},
): Promise<boolean> {
  checkRevocable(store)
  checkOptions(options, { userId: true }, 'revoke()')
  const userId = 'userId' in options ? checkUserId(options.userId, 'revoke') : undefined
  if (!ids.isOwn(id)) return false
  if (userId !== undefined) {
    await store.epochs?.sync()
    const isTheirs = () =>
      [false, true].some((acting) => groupOf(id) === ids.groupOf(userId, acting))
    if (!isTheirs()) await store.epochs?.reread() // it may be of an epoch that began a moment ago
    if (!isTheirs()) return false
  }
  const wasAlive = await store.endById(id, 'revoked')
  if (wasAlive) emit('ended', { id, reason: 'revoked' })
  return wasAlive
}

/** @throws SessionUsageError `ERR_CONFIG_INVALID` if the store keeps nothing on the server. */
function checkRevocable(
  store: SessionStore,
): asserts store is SessionStore & Required<Pick<SessionStore, 'endById'>> {
  if (store.endById) return
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'This store keeps nothing on the server, so it cannot revoke a session. Give cookieStore() its revocations, or use a store whose supports.revocation is true.',
  )
}

/**
 * Ends all sessions; see `SessionManager.revokeEverybody`.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if the store cannot.
 */
export async function revokeEverybody({ store }: ManagerContext): Promise<void> {
  if (store.epochs) return store.epochs.renew()
  throw new SessionUsageError(
    'ERR_CONFIG_INVALID',
    'This store cannot end all sessions at once. Use one whose backend supports revocation and scan, or give cookieStore() its revocations; or deploy another namespace or secretKey, which logs everybody out.',
  )
}
