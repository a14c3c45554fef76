import type { OpenedSession, StoreUsers } from '@sojourn/core/store'
import type { ForeignMigration } from './context.ts'
import { longestCookieMs } from './foreign-sessions.ts'

/**
 * Returns true if `revokeEverybody`, or a `revokeAll` of its user, has ended an old session too. Where it is not known when
 * the session began, it may have been before that. The epochs must have been read.
 */
export async function isRevoked(
  { imports, sessions, env: { ids } }: ForeignMigration,
  opened: OpenedSession,
): Promise<boolean> {
  const { userId } = opened.record
  if (ids.epochs().length > 0) return true
  if (userId === undefined) return false
  const revoked = await imports.claims.find(sessions.userKey(userId))
  const { createdAt = 0 } = sessions.originOf(opened)?.session ?? {}
  return revoked !== undefined && createdAt <= revoked.claimedAt
}

/**
 * Returns the `users` of `to`. A `revokeAll` also refuses the old sessions of the user, which no list shows (P10): it claims
 * the user before it looks for imported sessions, and an import looks for that claim after it has inserted one.
 */
export function createUsers(
  { source, imports, sessions, env: { clock } }: ForeignMigration,
  users: StoreUsers,
): StoreUsers {
  return {
    list: (userId) => users.list(userId),
    async endAll(userId, options) {
      const until = source.until ?? clock() + longestCookieMs
      await imports.claims.make(sessions.userKey(userId), { ended: 'revoked' }, until)
      return users.endAll(userId, options)
    },
  }
}
