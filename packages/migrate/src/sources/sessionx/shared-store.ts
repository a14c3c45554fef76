import type { SessionId } from '@sojourn/core'
import type { ForeignCookies, OpenedSession, SessionStore, StoreUsers } from '@sojourn/core/store'
import type { ShareContext } from '../source.ts'
import { createFetch } from './fetch-changes.ts'
import { stampOf } from './shared-data.ts'
import { graceMs, isOurs, type Sharing, type SharingOptions } from './sharing.ts'
import { createRecordWriter } from './write-record.ts'

/**
 * Returns the store of a migration while Go services with SessionX run: each session has a record of theirs too.
 *
 * The record is that of the id which `records.idOf` derives from ours, and the browser gets it as SessionX's cookie. Sojourn is
 * the truth: at the beginning of a request it merges into the session what Go services have changed, and after each write of
 * its own it writes the record. Go services write records blindly, so one of theirs may replace one of ours that they have not
 * seen; nothing of ours is lost then, because the session has it, and the stamp tells what they have changed.
 */
export function shareWithGo(
  store: SessionStore,
  options: SharingOptions,
  context: ShareContext,
): SessionStore {
  const { records } = options
  const texts: Sharing['texts'] = new WeakMap()
  const origins: Sharing['origins'] = new WeakMap()
  const rotated: Sharing['rotated'] = new WeakMap()
  const sharing: Sharing = { ...options, ...context, store, texts, origins, rotated }
  const writer = createRecordWriter(sharing)
  const { fetch, noteOrigin } = createFetch(sharing, writer)
  const { endById, users } = store

  return {
    ...store,
    ...(store.foreignCookies && {
      foreignCookies: { ...store.foreignCookies, lineFor: createLineFor(sharing) },
    }),

    async open(tokens, offers, foreign) {
      const outcome = await store.open(tokens, offers, foreign)
      if (outcome.outcome === 'ended' && outcome.reason === 'replayed' && outcome.last)
        await writer.remove(outcome.last.record.id, 'replayed')
      if (outcome.outcome !== 'open') return outcome
      if (isOurs(outcome.opened)) return fetch(outcome, foreign)
      if (await isOfEnded(foreign)) return { outcome: 'discarded', why: 'unknown', id: undefined }
      noteOrigin(outcome.opened, foreign)
      return outcome
    },

    async create(draft, limits) {
      const outcome = await store.create(draft, limits)
      if (!outcome.created) return outcome
      for (const id of outcome.evicted) await writer.remove(id, 'evicted')
      return { ...outcome, opened: await writer.write(outcome.opened) }
    },

    async save(opened, changes) {
      const origin = origins.get(opened)
      const before = origin && (await records.read(origin.key))
      const outcome = await store.save(opened, changes)
      if (!outcome.saved || !isOurs(outcome.opened)) return outcome
      if (origin?.replaces !== undefined) await endReplaced(origin.replaces, origin.key)
      if (origin && before) await records.replace(origin.key, before.text, graceMs)
      const text = texts.get(opened)
      if (text === undefined || outcome.isChanged || outcome.isTouched || outcome.rotated)
        return { ...outcome, opened: await writer.write(outcome.opened, text) }
      texts.set(outcome.opened, text)
      return outcome
    },

    async end(opened, reason) {
      await writer.remove(opened.record.id, reason)
      const copy = rotated.get(opened)
      if (copy !== undefined) await records.remove(copy)
      return store.end(opened, reason)
    },

    ...(endById && {
      async endById(id, reason) {
        await writer.remove(id, reason)
        return endById(id, reason)
      },
    }),

    ...(users && { users: { ...users, endAll: createEndAll(users) } }),
  }

  /** Returns true if the cookie is that of a record which a Go handler has rotated from one whose session has ended (P1). */
  async function isOfEnded(foreign: ForeignCookies | undefined): Promise<boolean> {
    const [key = ''] = foreign?.get(options.cookieName) ?? []
    const found = await records.read(key)
    const stamp = found && stampOf(found.data)
    const claim =
      stamp && (await context.imports.claims.find(context.claimKey(records.idOf(stamp.id))))
    if (!claim || !('ended' in claim)) return false
    return claim.ended !== 'login' || stamp.user !== undefined
  }

  /** Ends the session of a visitor who has logged in on a Go service. */
  async function endReplaced(id: SessionId, key: string): Promise<void> {
    if (records.idOf(id) !== key) await writer.remove(id, 'login')
    if (await endById?.(id, 'login')) context.env.emit('ended', { id, reason: 'login' })
  }

  function createEndAll(of: StoreUsers): StoreUsers['endAll'] {
    return async (userId, endOptions) => {
      const ended = await of.endAll(userId, endOptions)
      for (const id of ended) await writer.remove(id, endOptions.reason)
      return ended
    }
  }
}

/** Returns what makes the cookie of SessionX for a session that has a record, unless the client has it. */
function createLineFor({ records, cookieName, attributes, texts, env: { clock } }: Sharing) {
  return (session: object, present: ReadonlyMap<string, readonly string[]> | undefined) => {
    const opened = session as OpenedSession // of this store: no other is passed
    if (!texts.has(opened)) return undefined
    const { id, persistent, absoluteExpiresAt } = opened.record
    const key = records.idOf(id)
    const values = present?.get(cookieName) ?? []
    if (values.length === 1 && values[0] === key) return undefined
    const seconds = Math.max(Math.ceil((absoluteExpiresAt - clock()) / 1000), 1)
    return `${cookieName}=${key}${attributes}${persistent ? `; Max-Age=${seconds}` : ''}`
  }
}
