import type { EndReason, SessionId } from '@sojourn/core'
import type { ForeignCookies, OpenedSession, SessionStore, StoreUsers } from '@sojourn/core/store'
import type { ForeignMigration } from '../foreign/context.ts'
import { createUsers as refuseUnseen } from '../foreign/revocation.ts'
import { type SessionSource, scopeOf } from '../sources/source.ts'
import { createLinks } from './links.ts'
import { type Bridge, createMirror } from './mirror.ts'
import { createOldCopies, type OldCopies } from './old-copies.ts'
import type { OldRecords } from './old-records.ts'
import { createOldSessions } from './old-sessions.ts'
import { createOpen } from './open.ts'
import { guardTexts } from './shared-texts.ts'

/**
 * Creates the store of a migration while old and new servers run side by side. Each session has an old record: new servers
 * write both, and read back what old servers have written (mirror.ts). A session is over as soon as one of the two is.
 *
 * Without `keepOld` the switch is being finished: no old server runs any more. Old records are then read, for what old servers
 * wrote last, and never created or brought up to date; an old cookie opens only what no new server has seen.
 *
 * While old servers run it has no `epochs`: they know nothing of them, so `revokeEverybody` could not end their sessions. Nor
 * does a `revokeAll` refuse what no new server has seen: the user may log in again on an old server.
 */
export function createBridgeStore(
  migration: ForeignMigration,
  { cookieNames, options }: SessionSource,
  records: OldRecords,
): SessionStore {
  const { env, keepOld } = migration
  const { epochs, ...to } = migration.to
  const texts = guardTexts(records.texts, env)
  const links = createLinks(records, texts, env.policy.absoluteTimeout)
  const known: Bridge['known'] = new WeakMap()
  const parts = { ...migration, records, texts, links, known }
  const bridge: Bridge = { ...parts, mirror: createMirror(parts) }
  const oldSessions = createOldSessions(bridge)
  const copies = createOldCopies(bridge, oldSessions)
  const { endById } = to
  const shared = to.users && createUsers(to.users, copies)
  const users = shared && !keepOld ? refuseUnseen(migration, shared) : shared

  return {
    ...to,
    foreignCookies: {
      names: cookieNames,
      deletedWith: scopeOf(options),
      ...(keepOld && {
        lineFor(opened: object, present: ForeignCookies | undefined) {
          const record = known.get(opened as OpenedSession)
          return record && records.cookieLine(record, present)
        },
      }),
    },
    ...(!keepOld && epochs ? { epochs } : {}),
    ...createOpen(bridge, { oldSessions, copies, users }),

    async create(draft, options) {
      const outcome = await to.create(draft, options)
      if (!outcome.created) return outcome
      for (const id of outcome.evicted) await copies.end(id, 'evicted')
      await copies.create(outcome.opened)
      return outcome
    },

    async save(opened, changes) {
      const outcome = await to.save(opened, changes)
      return outcome.saved ? copies.update(opened, outcome) : outcome
    },

    async end(opened, reason) {
      // A login carries the data of the session that it ends over: also what an old server has written since the request began.
      if (reason === 'login') await oldSessions.share({ outcome: 'open', opened })
      await copies.end(opened.record.id, reason)
      return to.end(opened, reason)
    },

    ...(endById && {
      async endById(id: SessionId, reason: EndReason) {
        await copies.end(id, reason)
        return endById(id, reason)
      },
    }),

    ...(users && { users }),

    async close() {
      await copies.close()
      await to.close()
    },
  }
}

/** Returns the `users` of a bridge. The old records end first, and then those of sessions that were created meanwhile. */
function createUsers(users: StoreUsers, copies: OldCopies): StoreUsers {
  return {
    list: (userId) => users.list(userId),
    async endAll(userId, options) {
      const listed = (await users.list(userId)).map(({ id }) => id)
      const before = new Set(listed.filter((id) => id !== options.except))
      for (const id of before) await copies.end(id, options.reason)
      const ended = await users.endAll(userId, options)
      for (const id of ended) if (!before.has(id)) await copies.end(id, options.reason)
      return ended
    },
  }
}
