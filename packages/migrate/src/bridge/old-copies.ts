import type { EndReason, SessionId } from '@sojourn/core'
import type { OpenedSession, SaveOutcome } from '@sojourn/core/store'
import type { KnownRecord } from './context.ts'
import type { Bridge } from './mirror.ts'
import type { OldSessions } from './old-sessions.ts'

/** How long after a write or an end an old record is looked at once more, in ms. */
const secondLookMs = 2_000

/** Creates, updates and ends the old records of sessions. */
export type OldCopies = ReturnType<typeof createOldCopies>

/**
 * Returns what creates, updates and ends the old records of sessions.
 *
 * After a write and after an end, the record is looked at once more, two seconds later: an old server that had read it before
 * may have written it since. So what it changed, or has brought back after a logout, does not wait for the user's next request.
 * A new record is looked at too: whatever has ended or changed the session meanwhile did not find it.
 */
export function createOldCopies(bridge: Bridge, oldSessions: OldSessions) {
  const { to, imports, sessions, records, texts, links, known, mirror, keepOld, env } = bridge
  const looks = new Map<string, NodeJS.Timeout>()

  return {
    create,
    update,
    end,
    /** Takes the second looks that are due later at once. */
    async close(): Promise<void> {
      const keys = [...looks.keys()]
      for (const timer of looks.values()) clearTimeout(timer)
      await Promise.all(keys.map(lookAgain))
    },
  }

  /**
   * Gives a session an old record, in place of that of `replaced`, whose cookie then opens nothing (P4). A session in which
   * somebody acts as the user gets none: old servers could not tell it from the user's own. Once no old server runs, only a
   * session that has one gets another.
   */
  async function create(opened: OpenedSession, replaced?: string): Promise<void> {
    const { id, actor, maxAge, absoluteExpiresAt } = opened.record
    if (actor || (!keepOld && replaced === undefined)) return
    const record = mirror.formatNew(opened, records.newKey())
    const { key } = record
    // Complete before anything leads to it: a session whose record is missing counts as ended by an old server.
    await texts.put(records.nameOf(key), record.text, records.lifetimeOf(record.fields))
    const livesUntil = Math.min(env.clock() + maxAge, absoluteExpiresAt)
    await links.swap(key, undefined, { id, base: {}, livesUntil, absoluteExpiresAt })
    const until = sessions.claimedUntil({ data: {} })
    await imports.claims.make(sessions.claimKey({ key }), { id }, until)
    if (replaced === undefined) return keepFirst(opened, record)
    known.set(opened, record)
    await links.putKey(id, key)
    lookLater(key)
    await endKey(replaced, 'login')
  }

  /** Makes a record that of its session, unless another request was faster: then the session has that one. */
  async function keepFirst(opened: OpenedSession, record: KnownRecord): Promise<void> {
    const key = await links.claimKey(opened.record.id, record.key)
    lookLater(key)
    if (key === record.key) return void known.set(opened, record)
    await endKey(record.key, 'moved')
    const first = await mirror.read(key)
    if (first) known.set(opened, first)
  }

  /** Brings the old record of a session up to date with what was saved; `opened` is the session before. */
  async function update(
    opened: OpenedSession,
    outcome: Extract<SaveOutcome, { saved: true }>,
  ): Promise<SaveOutcome> {
    const record = known.get(opened)
    const key = record?.key ?? (await links.keyOf(opened.record.id))
    if (key === undefined) {
      await create(outcome.opened)
      return outcome
    }
    if (outcome.rotated === 'cause') {
      const last = await write(outcome, key) // what an old server has written, or ended, since the request began
      if (last.saved) await create(last.opened, key)
      return last
    }
    if (record) known.set(outcome.opened, record)
    if (outcome.isChanged && keepOld) return write(outcome, key)
    if ((outcome.isChanged || outcome.isTouched) && record)
      await texts.prolong(records.nameOf(key), lifetimeOf(outcome.opened, record))
    return outcome
  }

  /**
   * Returns how long the old record of a session is kept from now on, in ms. Once no old server runs, it lives as long as its
   * session does: a record that is missing still means that an old server has ended that.
   */
  function lifetimeOf({ record: { maxAge } }: OpenedSession, { fields }: KnownRecord): number {
    return Math.max(records.lifetimeOf(fields), keepOld ? 0 : maxAge)
  }

  async function write(
    outcome: Extract<SaveOutcome, { saved: true }>,
    key: string,
  ): Promise<SaveOutcome> {
    lookLater(key)
    const mirrored = await mirror.write(outcome.opened, key)
    if (!('over' in mirrored)) return { ...outcome, opened: mirrored.opened }
    if (mirrored.over === 'stale') return outcome // another request has elevated it since, and writes its record
    await oldSessions.endShared(outcome.opened, key, mirrored.over)
    return { saved: false, why: 'ended' }
  }

  /** Ends the old record of a session. Called before the session ends: then nothing imports it again (P1). */
  async function end(id: SessionId, reason: EndReason): Promise<void> {
    const key = await links.keyOf(id)
    if (key === undefined) return
    await endKey(key, reason)
    lookLater(key)
  }

  async function endKey(key: string, reason: EndReason): Promise<void> {
    await links.end(key, reason)
    await mirror.remove(key)
  }

  function lookLater(key: string): void {
    clearTimeout(looks.get(key))
    looks.set(key, setTimeout(() => void lookAgain(key), secondLookMs).unref())
  }

  async function lookAgain(key: string): Promise<void> {
    looks.delete(key)
    try {
      const link = await links.find(key)
      if (!link) return
      if (link.id === undefined) return await mirror.remove(key)
      const found = await to.openById?.(link.id)
      if (found?.outcome === 'open') await oldSessions.share(found)
      if (found?.outcome === 'ended') await oldSessions.endLinked(key, link, found.reason)
    } catch {
      // The event `failed` has told of it; the next request looks again.
    }
  }
}
