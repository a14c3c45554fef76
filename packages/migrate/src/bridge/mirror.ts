import type { EndReason, SessionId } from '@sojourn/core'
import type { OpenedSession } from '@sojourn/core/store'
import type { Bridge, KnownRecord } from './context.ts'
import type { Link } from './links.ts'
import type { OldData } from './old-records.ts'
import {
  applyOldChanges,
  changesSince,
  type Hashes,
  hashesOf,
  stampData,
  takeStamp,
} from './stamp.ts'

/** An old record, read. */
export interface ReadRecord extends KnownRecord {
  readonly data: OldData
  /** The hashes of its stamp; `undefined` if an old server has made it, or read it before it was stamped. */
  readonly base: Hashes | undefined
  readonly userId: string | undefined
  /** How long it is kept, in ms; `undefined` if it does not expire. */
  readonly ttl: number | undefined
}

/** A session that is the same on both sides now; or why it is over. */
export type Mirrored = { readonly opened: OpenedSession } | { readonly over: EndReason | 'stale' }

/** How often a record is read again because others write it, before it is left to the next request. */
const attempts = 20

/** Keeps a session and its old record alike. */
export type Mirror = ReturnType<typeof createMirror>

/**
 * Returns what keeps sessions and old records alike. A session is the truth: what an old server has changed is merged into
 * it, before a handler gets it, and then it is written over the old record, on condition that this is still the one that was
 * read. So a write of a new server never replaces one of an old server that it has not seen. The reverse happens: an old
 * server replaces the record by what it had read. Nothing is lost then, because the session has it, and the stamp says what the
 * old server had read (stamp.ts).
 */
export function createMirror({ to, records, texts, links, known, sessions, env }: Bridge) {
  const { clock } = env

  return { read, fetchChanges, write, formatNew }

  /** Returns the old record of a session; `undefined` if there is none, or not one that old servers can read. */
  async function read(key: string): Promise<ReadRecord | undefined> {
    const found = await texts.read(records.nameOf(key))
    const record = found && records.parse(found.text)
    if (!record) return undefined
    const { data, base } = takeStamp(key, record.data)
    return { key, ...found, fields: record.fields, data, base, userId: userOf(key, data) }
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
   */
  async function fetchChanges(opened: OpenedSession, key: string): Promise<Mirrored> {
    const { id, userId } = opened.record
    const [link, old] = await Promise.all([links.find(key), read(key)])
    if (link && link.id !== id) return { over: link.id === undefined ? 'logout' : 'login' }
    if (!old) return { over: 'logout' }
    if (old.userId !== userId) return { over: old.userId === undefined ? 'logout' : 'login' }
    return changesIn(old, link).size > 0 ? write(opened, key, old) : remember(opened, old)
  }

  /**
   * Writes a session that was saved over its old record, and merges into it what old servers have changed meanwhile. It ends
   * when the record is what the session is: then every later writer has seen it, because each compares.
   */
  async function write(
    opened: OpenedSession,
    key: string,
    first: KnownRecord | ReadRecord | undefined = known.get(opened),
  ): Promise<Mirrored> {
    let [current, newest, old] = [opened, opened, first]
    for (let attempt = 0; attempt < attempts; attempt++) {
      old ??= await read(key)
      if (!old) return { over: 'logout' }
      if ('base' in old) {
        const merged = await merge(current, old)
        if ('over' in merged) return merged
        current = merged.opened
        const found = await find(current.record.id)
        if (!found) return { over: 'logout' }
        newest = found
        if (isAlike(old, newest)) return remember(current, old)
      }
      const text = format(newest, old)
      const ttl = Math.max(records.lifetimeOf(old.fields), ('ttl' in old && old.ttl) || 0)
      if (await texts.swap(records.nameOf(key), { from: old.text, to: text, ttl }))
        return remember(current, { key, text, fields: old.fields })
      old = undefined
    }
    return { opened: current }
  }

  /** Merges what old servers have changed into the session. The record is read again at each attempt of the save. */
  async function merge(opened: OpenedSession, old: ReadRecord): Promise<Mirrored> {
    const link = await links.find(old.key)
    if (changesIn(old, link).size === 0) return { opened }
    const outcome = await to.save(opened, {
      passive: true,
      async update(data) {
        const newest = await read(old.key)
        if (newest) applyOldChanges(changesIn(newest, link), data)
      },
    })
    if (outcome.saved) return { opened: outcome.opened }
    return { over: outcome.why === 'ended' ? 'logout' : 'stale' }
  }

  async function find(id: SessionId): Promise<OpenedSession | undefined> {
    const outcome = await to.openById?.(id)
    return outcome?.outcome === 'open' ? outcome.opened : undefined
  }

  function remember(opened: OpenedSession, { key, text, fields }: KnownRecord): Mirrored {
    known.set(opened, { key, text, fields })
    return { opened }
  }

  function isAlike(old: ReadRecord, opened: OpenedSession): boolean {
    const wanted = changesSince(old.base ?? {}, dataOf(opened))
    return (
      old.base !== undefined && wanted.size === 0 && changesSince(old.base, old.data).size === 0
    )
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
  function dataOf({ data, record: { userId } }: OpenedSession): OldData {
    const plain: OldData = {}
    for (const [name, value] of Object.entries(Object(to.codec.decode(data)))) {
      const text = records.canKeep(name) ? toJson(value) : undefined
      if (text !== undefined) plain[name] = JSON.parse(text)
    }
    if (userId !== undefined && sessions.userIdOf({ data: plain }) !== userId)
      records.logIn(plain, userId)
    return plain
  }
}

/** Returns what old servers have changed in a record. */
function changesIn(old: ReadRecord, link: Link | undefined) {
  return changesSince(old.base ?? link?.base ?? hashesOf({}), old.data)
}

/** Returns a value as JSON; `undefined` for what it cannot hold, such as a BigInt. */
function toJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}
