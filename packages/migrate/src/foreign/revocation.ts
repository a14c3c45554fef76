import type { EndReason, SessionId } from '@sojourn/core'
import {
  type ClaimedAs,
  type ImportClaim,
  isFuture,
  type OpenedSession,
  type StoreUsers,
} from '@sojourn/core/store'
import type { ForeignMigration } from './context.ts'
import { longestCookieMs } from './foreign-sessions.ts'

/**
 * Returns true if `revokeEverybody`, or the latest `revokeAll` of its user, has ended an old session too. Where it is not
 * known when the session began, it may have been before that; and so it may by another clock, within the tolerance of
 * `isFuture`. The epochs must have been read.
 */
export async function isRevoked(
  { imports, sessions, env: { clock, ids } }: ForeignMigration,
  opened: OpenedSession,
): Promise<boolean> {
  const { id, userId } = opened.record
  if (ids.epochs().length > 0) return true
  if (userId === undefined) return false
  const revoked = await imports.claims.find(sessions.userKey(userId))
  if (!revoked || isSpared(id, revoked)) return false
  const { createdAt } = sessions.originOf(opened)?.session ?? {}
  const isKnown = createdAt !== undefined && !isFuture(createdAt, clock())
  return !(isKnown && isFuture(createdAt, revoked.claimedAt))
}

/**
 * Returns the `users` of `to`. A `revokeAll` also refuses the old sessions of the user, which no list shows (P10): it claims
 * the user before it looks for imported sessions, and an import looks for that claim after it has inserted one. The claim
 * names the session that is spared, which may not have been imported yet, unless an earlier one has refused it (P1).
 */
export function createUsers(
  { imports, sessions, env: { clock } }: ForeignMigration,
  users: StoreUsers,
): StoreUsers {
  return {
    list: (userId) => users.list(userId),
    async endAll(userId, options) {
      const claimAfter = (before?: ImportClaim) => claimOf(options, before)
      const until = clock() + longestCookieMs
      await imports.claims.renew(sessions.userKey(userId), claimAfter, until)
      return users.endAll(userId, options)
    },
  }
}

function claimOf(
  { except, reason }: { readonly except?: SessionId; readonly reason: EndReason },
  before: ImportClaim | undefined,
): ClaimedAs {
  const isEnded = except === undefined || (before && !isSpared(except, before))
  return isEnded ? { ended: reason } : { id: except }
}

function isSpared(id: SessionId, claim: ImportClaim): boolean {
  return 'id' in claim && claim.id === id
}
