import { correctTimes, hasFutureTimes } from '../record/future-times.ts'
import { describeSession } from '../store/session-info.ts'
import type { StoreUsers } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/**
 * Returns the `users` of a keyed store. The sessions of a user share a group, by which the backend finds them. The group
 * depends on the epoch, which is read first: a server that has not heard of a new one would miss the sessions in it.
 */
export function createUsers({
  backend,
  rows,
  epochs,
  env: { clock, ids, policy },
}: KeyedContext): StoreUsers {
  return {
    async list(userId) {
      await epochs?.reread()
      const at = clock()
      const found = await backend.list(ids.groupOf(userId), at)
      return found
        .map((row) => rows.read(row.id, row))
        .filter((opened) => typeof opened !== 'string')
        .map((opened) => (hasFutureTimes(opened, at) ? correctTimes(opened, at) : opened))
        .filter((opened) => opened.record.userId === userId && rows.expiryOf(opened) > at)
        .map((opened) => describeSession(opened, policy.touchInterval))
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    },
    async endAll(userId, options) {
      await epochs?.reread()
      return backend.removeGroup(ids.groupOf(userId), { at: clock(), ...options })
    },
  }
}
