import type { SessionId } from '@sojourn/core'

/*
 * The ids of the rows in an instance. The group, before the first dot, is that of the session, so that the instance lists
 * them together; the last letter keeps the kinds apart, whatever an id looks like.
 *
 *   session id + '.s'  | a copy of the session
 *   group + '.g'       | a copy of what is known of the group, see group-record.ts
 *   '.m'               | the mark of the instance, see membership.ts
 *   '.l'               | the lease of whoever fills the instance, see repair.ts
 */

/** The id of the mark of an instance. */
export const memberMarkKey = '.m'

/** The id of the lease. */
export const leaseKey = '.l'

/** Returns the id of the copies of a session. */
export function sessionKey(id: SessionId): string {
  return `${id}.s`
}

/** Returns the id of the copies of what is known of a group. */
export function groupKey(group: string): string {
  return `${group}.g`
}

/** Returns the id of the session whose copies have this id; `undefined` for other rows. */
export function sessionAt(key: string): SessionId | undefined {
  return key.endsWith('.s') ? key.slice(0, -2) : undefined
}

/** Returns true for a row that the instances agree on, and false for one that each has for itself. */
export function isReplicated(key: string): boolean {
  return key.endsWith('.s') || key.endsWith('.g')
}
