import type { StoreUsers } from '@sojourn/core/store'
import type { Migration } from './migration.ts'

/**
 * The sessions of a user in both stores; none where one of them keeps no index. `from` always comes first: a session on
 * its way is in `to` before it leaves `from`, so it is seen in one of them (P10), and whoever is about to bring one that
 * has just ended finds that out in `to` (P1).
 */
export function createUsers({ from, to, endById }: Migration): StoreUsers | undefined {
  const [here, there] = [from.users, to.users]
  if (!here || !there) return undefined

  return {
    async list(userId) {
      const listed = [...(await here.list(userId)), ...(await there.list(userId))]
      const byId = new Map(listed.map((info) => [info.id, info]))
      return [...byId.values()].sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    },
    /** One by one, as far as they are in `from`: ending a group leaves nothing in `to` for those that are on their way. */
    async endAll(userId, { except, reason }) {
      const ids = (await here.list(userId)).map(({ id }) => id).filter((id) => id !== except)
      const ends = await Promise.all(ids.map((id) => endById(id, reason)))
      const rest = { reason, ...(except === undefined ? {} : { except }) }
      const others = (await here.endAll(userId, rest)) + (await there.endAll(userId, rest))
      return ends.filter(Boolean).length + others
    },
  }
}
