import type { SessionId } from '@sojourn/core'
import type { StoreUsers } from '@sojourn/core/store'
import type { Migration } from './context.ts'

/**
 * Returns the `users` of a migration, over both stores; `undefined` if one of them has no index of users.
 *
 * `from` always comes first. A session that is moving is in `to` before it leaves `from`, so a list sees it in one of
 * them (P10). And a request that has read a session in `from` before it was ended there, and moves it, finds in `to`
 * that it has ended (P1).
 */
export function createUsers({ from, to, endById }: Migration): StoreUsers | undefined {
  const [fromUsers, toUsers] = [from.users, to.users]
  if (!fromUsers || !toUsers) return undefined

  return {
    async list(userId) {
      const listed = [...(await fromUsers.list(userId)), ...(await toUsers.list(userId))]
      const byId = new Map(listed.map((info) => [info.id, info]))
      return [...byId.values()].sort((a, b) => b.lastSeenAt - a.lastSeenAt)
    },
    /**
     * Ends the sessions in `from` one by one, in both stores: ending a group leaves no tombstone in `to` for sessions
     * that are moving there.
     */
    async endAll(userId, { except, ...options }) {
      const ids = (await fromUsers.list(userId)).map(({ id }) => id).filter((id) => id !== except)
      const endOne = async (id: SessionId) => {
        const wasLive = await endById(id, options.reason)
        if (wasLive) options.onEnded?.([id])
        return wasLive
      }
      const wereLive = await Promise.all(ids.map(endOne))
      const rest = except === undefined ? options : { ...options, except }
      const ended = [
        ...ids.filter((_, n) => wereLive[n]),
        ...(await fromUsers.endAll(userId, rest)),
        ...(await toUsers.endAll(userId, rest)),
      ]
      return [...new Set(ended)] // a session that is moving may have been in both
    },
  }
}
