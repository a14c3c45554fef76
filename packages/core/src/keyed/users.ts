import { correctTimes, hasFutureTimes } from '../record/future-times.ts'
import { describeSession } from '../store/session-info.ts'
import type { StoreUsers } from '../store/store.ts'
import type { KeyedContext } from './context.ts'

/**
 * Returns the `users` of a keyed store. The sessions of a user share a group, by which the backend finds them. The group
 * depends on the epoch, which is read first: a server that has not heard of a new one would miss the sessions in it.
 * Sessions in which somebody acts as the user have a group of their own, so that they do not count for the user's limit.
 */
export function createUsers({
  backend,
  rows,
  epochs,
  env: { clock, ids, policy },
}: KeyedContext): StoreUsers {
  const groupsOf = (userId: string) =>
    policy.acting ? [ids.groupOf(userId), ids.groupOf(userId, true)] : [ids.groupOf(userId)]

  return {
    async list(userId) {
      await epochs?.reread()
      const at = clock()
      const found = await Promise.all(groupsOf(userId).map((group) => backend.list(group, at)))
      return found
        .flat()
        .map((row) => rows.read(row.id, row))
        .filter((opened) => typeof opened !== 'string')
        .map((opened) => (hasFutureTimes(opened, at) ? correctTimes(opened, at) : opened))
        .filter((opened) => opened.record.userId === userId && rows.expiryOf(opened) > at)
        .map((opened) => describeSession(opened, { touchInterval: policy.touchInterval, at }))
        .sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    },
    async endAll(userId, options) {
      await epochs?.reread()
      const ending = { at: clock(), ...options }
      const endGroup = async (group: string) => {
        const ids = await backend.removeGroup(group, ending)
        options.onEnded?.(ids) // the other group may fail
        return ids
      }
      return (await Promise.all(groupsOf(userId).map(endGroup))).flat()
    },
  }
}
