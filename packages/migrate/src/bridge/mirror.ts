import type { EndReason } from '@sojourn/core'
import type { OpenedSession } from '@sojourn/core/store'
import type { BridgeContext, KnownRecord } from './context.ts'
import { createIsMerged, type Link } from './links.ts'
import type { OldData } from './old-records.ts'
import {
  applyOldChanges,
  changesSince,
  hashOfChange,
  type OldChanges,
  stampData,
  type TakenStamp,
  takeStamp,
} from './stamp.ts'

/** An old record, read. */
export interface ReadRecord extends KnownRecord {
  readonly data: OldData
  /** `undefined` if an old server has made it, or had read it before it was stamped. */
  readonly stamp: TakenStamp | undefined
  readonly userId: string | undefined
}

/** A session that is the same on both sides now; or why it is over. */
export type Mirrored = { readonly opened: OpenedSession } | { readonly over: EndReason | 'stale' }

/** How often a record is read again because others write it, before it is left to the next request. */
const attempts = 20

/** The context of a bridge, with what keeps both sides alike. */
export interface Bridge extends BridgeContext {
  readonly mirror: Mirror
}

/** Keeps a session and its old record alike. */
type Mirror = ReturnType<typeof createMirror>

/**
 * Returns what keeps sessions and old records alike. A session is the truth: what an old server has changed is merged into
 * it, before a handler gets it, and then it is written over the old record, on condition that this is still the one that was
 * read. So a write of a new server never replaces one of an old server that it has not seen. The reverse happens: an old
 * server replaces the record by what it had read. Nothing is lost then, because the session has it, and the stamp says what the
 * old server had read (stamp.ts).
 */
export function createMirror({
  to,
  records,
  texts,
  links,
  known,
  sessions,
  env,
  keepOld,
}: BridgeContext) {
  const { clock } = env

  return {
    read,
    fetchChanges,
    write,
    formatNew,
    /** Deletes the old record of a session. */
    remove: (key: string) => texts.remove(records.nameOf(key)),
  }

  /** Returns the old record of a session; `undefined` if there is none, or not one that old servers can read. */
  async function read(key: string): Promise<ReadRecord | undefined> {
    const text = await texts.read(records.nameOf(key))
    const record = text === undefined ? undefined : records.parse(text)
    if (text === undefined || !record) return undefined
    const { data, stamp } = takeStamp(key, keepable(record.data))
    return { key, text, fields: record.fields, data, stamp, userId: userOf(key, data) }
  }

  /** Returns the data of a record as an old server reads it: it ignores names such as `constructor` and `__proto__`. */
  function keepable(data: OldData): OldData {
    return Object.fromEntries(Object.entries(data).filter(([name]) => records.canKeep(name)))
  }

  /** Returns the user of a record. What cannot be one counts as none, and the event `corrupt` tells of it. */
  function userOf(key: string, data: OldData): string | undefined {
    try {
      return sessions.userIdOf({ data })
    } catch (cause) {
      env.emit('corrupt', { id: sessions.nameOf({ key }), cause })
      return undefined
    }
  }

  /**
   * Merges what old servers have changed into the session, if anything. The session is over if its record is gone, or is that
   * of another user now: then an old server has ended it, or a user has logged in or out there.
   *
   * The record is also written if it is not what the session is: an old server with `resave`, or one that is slow, has written
   * what it read before, or a write of a new server has failed. Once no old server runs, that does not matter.
   *
   * `opened` was read before the record. If they differ, another server may have merged a change in between, which `opened` lacks
   * and the record no longer tells of. So the session that is returned was read after the record, unless they are alike.
   */
  async function fetchChanges(opened: OpenedSession, key: string): Promise<Mirrored> {
    const { id, userId } = opened.record
    const [link, old] = await Promise.all([links.find(key), read(key)])
    if (link && link.id !== id) return { over: link.reason ?? 'login' }
    if (!old) return { over: 'logout' }
    if (old.userId !== userId) return { over: old.userId === undefined ? 'logout' : 'login' }
    if (isAlike(old, opened)) return remember(opened, old)
    if (keepOld || !isAsWritten(old, link)) return write(opened, key, old)
    const newest = await update(opened, () => undefined)
    return 'over' in newest ? newest : remember(newest.opened, old)
  }

  /**
   * Writes a session that was saved over its old record, and merges into it what old servers have changed meanwhile. It ends
   * when the record is what the session is: then every later writer has seen it, because each compares. A user's session is over
   * if its record has become a visitor's, or another user's: an old server may log out, or in, without a new id.
   */
  async function write(
    opened: OpenedSession,
    key: string,
    first: KnownRecord | ReadRecord | undefined = known.get(opened),
  ): Promise<Mirrored> {
    let [current, old] = [opened, first]
    for (let attempt = 0; attempt < attempts; attempt++) {
      old ??= await read(key)
      if (!old) return { over: 'logout' }
      if ('stamp' in old) {
        if (isOfOther(old, current)) return { over: old.userId === undefined ? 'logout' : 'login' }
        const merged = await merge(current, key)
        if ('over' in merged) return merged
        current = merged.opened
        if (isAlike(old, current)) return remember(current, old)
      }
      const text = format(current, old)
      const ttl = records.lifetimeOf(old.fields)
      if (await texts.swap(records.nameOf(key), { from: old.text, to: text, ttl }))
        return remember(current, { key, text, fields: old.fields })
      old = undefined
    }
    return { opened: current }
  }

  /**
   * Merges what old servers have changed into the session, if anything, and returns it as it is now. The record is read again at
   * each attempt of the save.
   */
  async function merge(opened: OpenedSession, key: string): Promise<Mirrored> {
    let merged: OldChanges = new Map()
    let tag = ''
    const mirrored = await update(opened, async (data) => {
      const [link, newest] = await Promise.all([links.find(key), read(key)])
      merged = newest && !isOfOther(newest, opened) ? changesIn(newest, link) : new Map()
      tag = newest?.stamp?.tag ?? ''
      applyOldChanges(merged, data)
    })
    if (!('over' in mirrored) && merged.size > 0) await links.noteMerged(key, tag, merged)
    return mirrored
  }

  /** Changes the data of a session. One that others have changed is returned as it is now, also if nothing is to be changed. */
  async function update(
    opened: OpenedSession,
    change: (data: object) => void | Promise<void>,
  ): Promise<Mirrored> {
    const outcome = await to.save(opened, { passive: true, update: change })
    if (outcome.saved) return { opened: outcome.opened }
    return { over: outcome.why === 'ended' ? 'logout' : 'stale' }
  }

  function remember(opened: OpenedSession, { key, text, fields }: KnownRecord): Mirrored {
    known.set(opened, { key, text, fields })
    return { opened }
  }

  /**
   * Returns true if a record is as a new server would write it now. What only `logIn` puts there is not compared, because it may
   * be different each time.
   */
  function isAlike(old: ReadRecord, opened: OpenedSession): boolean {
    const { stamp } = old
    if (!stamp || !isAsWritten(old, undefined)) return false
    const own = sharedData(opened)
    const written = forOldServers(own, opened)
    const differing = [...changesSince(stamp.base, written).keys()]
    return differing.every((name) => Object.hasOwn(written, name) && !Object.hasOwn(own, name))
  }

  function format(opened: OpenedSession, { key, fields }: Pick<KnownRecord, 'key' | 'fields'>) {
    return records.format({ data: stampData(key, dataOf(opened)), fields }, clock())
  }

  /** Returns the record of a session that has none yet. */
  function formatNew(opened: OpenedSession, key: string): KnownRecord {
    const fields = records.newFields()
    return { key, fields, text: format(opened, { key, fields }) }
  }

  /** Returns the data of a session as an old server reads it: what JSON and the old library can hold, and the user. */
  function dataOf(opened: OpenedSession): OldData {
    return forOldServers(sharedData(opened), opened)
  }

  /** Returns what JSON and the old library can hold of the data of a session. */
  function sharedData({ data }: OpenedSession): OldData {
    const shared: OldData = {}
    for (const [name, value] of Object.entries(Object(to.codec.decode(data)))) {
      const text = records.canKeep(name) ? toJson(value) : undefined
      if (text !== undefined) shared[name] = JSON.parse(text)
    }
    return shared
  }

  /** Returns the data with what old servers know the user by. */
  function forOldServers(shared: OldData, { record: { userId } }: OpenedSession): OldData {
    if (userId === undefined || sessions.userIdOf({ data: shared }) === userId) return shared
    const data = structuredClone(shared)
    records.logIn(data, userId)
    return data
  }
}

/** Returns true if a record is not, or no longer, that of the user of a session. A visitor's session may become that of a user. */
function isOfOther(old: ReadRecord, { record: { userId } }: OpenedSession): boolean {
  return userId !== undefined && old.userId !== userId
}

/** Returns true if a record is as it was stamped: no old server has written it since. */
function isAsWritten({ stamp, data }: ReadRecord, link: Link | undefined): boolean {
  return changesSince(stamp?.base ?? link?.base ?? {}, data).size === 0
}

/** Returns what old servers have changed in a record, without what the session has already. */
function changesIn({ stamp, data }: ReadRecord, link: Link | undefined): OldChanges {
  const changes = changesSince(stamp?.base ?? link?.base ?? {}, data)
  const isMerged = createIsMerged(link, stamp?.tag ?? '')
  return new Map([...changes].filter(([name, value]) => !isMerged(name, hashOfChange(value))))
}

/** Returns a value as JSON; `undefined` for what it cannot hold, such as a BigInt. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
