import type { EndReason, SessionId } from '@sojourn/core'
import type { OpenedSession, SaveOutcome, SessionStore, StoreUsers } from '@sojourn/core/store'
import type { ForeignMigration } from '../foreign/context.ts'
import { type SessionSource, scopeOf } from '../sources/source.ts'
import type { Bridge, KnownRecord } from './context.ts'
import { createLinks } from './links.ts'
import { createMirror } from './mirror.ts'
import type { OldRecords } from './old-records.ts'
import { createOpen } from './open-bridged.ts'
import { guardTexts } from './shared-texts.ts'

/** How long after a write or an end a record is looked at once more, in ms: old servers may have had it in their hands. */
const secondLookMs = 2_000

/**
 * Creates the store of a migration while old and new servers run side by side. Each session has an old record: new servers
 * write both, and read back what old servers have written (mirror.ts). A session is over as soon as one of the two is.
 */
export function createBridgeStore(
  migration: ForeignMigration,
  from: SessionSource,
  records: OldRecords,
): SessionStore {
  const { to, imports, sessions, env } = migration
  const texts = guardTexts(records.texts, env)
  const links = createLinks(records, texts, env.policy.absoluteTimeout)
  const known: Bridge['known'] = new WeakMap()
  const bridge: Bridge = { ...migration, records, texts, links, known }
  const mirror = createMirror(bridge)
  const looks = new Map<string, NodeJS.Timeout>()
  const { epochs: _, ...rest } = to // old servers know none
  const users = to.users && createUsers(to.users)

  return {
    ...rest,
    foreignCookies: {
      names: from.cookieNames,
      deletedWith: scopeOf(from.options),
      lineFor(opened, present) {
        const record = known.get(opened as OpenedSession)
        return record && records.cookieLine(record, present)
      },
    },
    ...createOpen(bridge, mirror),

    async create(draft, options) {
      const outcome = await to.create(draft, options)
      if (!outcome.created) return outcome
      for (const id of outcome.evicted) await endOld(id)
      await createOld(outcome.opened)
      return outcome
    },

    async save(opened, changes) {
      const outcome = await to.save(opened, changes)
      if (!outcome.saved) return outcome
      return shareSaved(opened, outcome)
    },

    async end(opened, reason) {
      await endOld(opened.record.id)
      return to.end(opened, reason)
    },

    ...(to.endById
      ? {
          async endById(id: SessionId, reason: EndReason) {
            await endOld(id)
            return (await to.endById?.(id, reason)) ?? false
          },
        }
      : {}),

    ...(users ? { users } : {}),

    async close() {
      const keys = [...looks.keys()]
      for (const timer of looks.values()) clearTimeout(timer)
      await Promise.all(keys.map(lookAgain))
      await to.close()
    },
  }

  /** Brings the old record of a session up to date with what was saved. */
  async function shareSaved(
    opened: OpenedSession,
    outcome: Extract<SaveOutcome, { saved: true }>,
  ): Promise<SaveOutcome> {
    const { id } = outcome.opened.record
    const record = known.get(opened)
    const key = record?.key ?? (await links.keyOf(id))
    if (key === undefined || outcome.rotated === 'cause') {
      await createOld(outcome.opened, key)
      return outcome
    }
    if (record) known.set(outcome.opened, record)
    if (!outcome.isChanged) {
      if (outcome.isTouched && record)
        await texts.prolong(records.nameOf(key), records.lifetimeOf(record.fields))
      return outcome
    }
    const mirrored = await mirror.write(outcome.opened, key)
    if ('over' in mirrored) {
      await links.end(key)
      await to.end(outcome.opened, 'logout')
      return { saved: false, why: 'ended' }
    }
    lookLater(key)
    return { ...outcome, opened: mirrored.opened }
  }

  /**
   * Gives a session an old record, in place of that of `replaced`, whose cookie then opens nothing (P4). A session in which
   * somebody acts as the user gets none: old servers could not tell it from the user's own.
   */
  async function createOld(opened: OpenedSession, replaced?: string): Promise<void> {
    const { id, actor, absoluteExpiresAt } = opened.record
    if (actor) return
    const record = mirror.formatNew(opened, records.newKey())
    const { key } = record
    const ttl = records.lifetimeOf(record.fields)
    // Complete before anything leads to it: a session without its record counts as ended by an old server.
    await texts.put(records.nameOf(key), record.text, ttl)
    await links.swap(key, undefined, { id, base: {}, livesUntil: 0, absoluteExpiresAt })
    const claim = { id, until: sessions.claimedUntil({ data: {} }) }
    await imports.claims.make(sessions.claimKey({ key }), claim)
    if (replaced === undefined) await keepFirst(opened, record)
    else {
      known.set(opened, record)
      await links.putKey(id, key)
      await endKey(replaced)
    }
  }

  /** Makes a record that of its session, unless another request was faster: then the session has that one. */
  async function keepFirst(opened: OpenedSession, record: KnownRecord): Promise<void> {
    const key = await links.claimKey(opened.record.id, record.key)
    if (key === record.key) return void known.set(opened, record)
    await endKey(record.key)
    const old = await mirror.read(key)
    if (old) known.set(opened, old)
  }

  async function endKey(key: string): Promise<void> {
    await links.end(key)
    await texts.remove(records.nameOf(key))
  }

  /** Ends the old record of a session, before the session itself: then none is imported that is about to end (P1). */
  async function endOld(id: SessionId): Promise<void> {
    const key = await links.keyOf(id)
    if (key === undefined) return
    await endKey(key)
    lookLater(key)
  }

  /** Looks at a record once more in a while: an old server may write what it has read before. */
  function lookLater(key: string): void {
    clearTimeout(looks.get(key))
    looks.set(key, setTimeout(() => void lookAgain(key), secondLookMs).unref())
  }

  async function lookAgain(key: string): Promise<void> {
    looks.delete(key)
    try {
      const link = await links.find(key)
      if (!link) return
      if (link.id === undefined) return await texts.remove(records.nameOf(key))
      const found = await to.openById?.(link.id)
      if (found?.outcome === 'open') await mirror.write(found.opened, key)
    } catch {
      // The event `failed` has told of it; the next request looks again.
    }
  }

  function createUsers(users: StoreUsers): StoreUsers {
    return {
      list: (userId) => users.list(userId),
      async endAll(userId, options) {
        const { except } = options
        const before = (await users.list(userId)).map(({ id }) => id).filter((id) => id !== except)
        for (const id of before) await endOld(id)
        const ended = await users.endAll(userId, options)
        for (const id of ended) if (!before.includes(id)) await endOld(id)
        return ended
      },
    }
  }
}
