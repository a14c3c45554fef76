import type { SessionId } from '@sojourn/core'
import type { ForeignCookies, OpenedSession, OpenOutcome } from '@sojourn/core/store'
import { isSessionXId } from './record.ts'
import { stampOf } from './shared-data.ts'
import type { StoredRecord } from './shared-records.ts'
import { graceMs, type Sharing, userOf, writtenKey } from './sharing.ts'
import type { RecordWriter } from './write-record.ts'

type Opened = Extract<OpenOutcome, { outcome: 'open' }>

/**
 * Returns what takes over the changes of Go services: those of the data, and a login or a logout, which are changes of the
 * user in the data. A record that is gone before it can have expired is a logout too.
 */
export function createFetch(sharing: Sharing, writer: RecordWriter) {
  const { store, records, cookieName, ttl, texts, origins, env, imports } = sharing
  const { clock, policy, emit } = env

  return {
    /** Merges what Go services have changed into a session of ours, before a handler gets it. */
    async fetch(outcome: Opened, foreign?: ForeignCookies): Promise<OpenOutcome> {
      const { opened } = outcome
      const { id, userId } = opened.record
      const key = records.idOf(id)
      const [found, other] = await Promise.all([records.read(key), readOther(key, foreign)])
      const change = userChange(opened, other)
      if (change === 'logout') return logOut(opened)
      if (foreign && change === 'login') return (await logIn(opened, foreign)) ?? outcome
      const stamp = found && stampOf(found.data)
      if (!found || stamp?.id !== id)
        return (await wasDestroyed(opened, key)) ? logOut(opened) : { ...outcome, isSaveDue: true }
      texts.set(opened, found.text)
      const user = userOf(sharing, found.data)
      if (user !== stamp.user && user !== userId) {
        if (user === undefined) return logOut(opened)
        return (await logIn(opened, new Map([[cookieName, [key]]]))) ?? outcome
      }
      const merged = await merge(outcome, found)
      return other && isRotated(opened, other) ? mergeRotated(merged, other) : merged
    },

    noteOrigin,
  }

  /** Returns what the record of another cookie does to the user of a session. */
  function userChange(
    opened: OpenedSession,
    other: StoredRecord | undefined,
  ): 'login' | 'logout' | undefined {
    const { userId } = opened.record
    const user = other && userOf(sharing, other.data)
    if (!other || user === userId) return undefined
    if (user !== undefined && userId === undefined) return 'login'
    if (!isRotated(opened, other) || user === stampOf(other.data)?.user) return undefined
    return user === undefined ? 'logout' : 'login'
  }

  /** Returns true for a record that a Go handler has made of that of a session, with `Rotate`. */
  function isRotated({ record }: OpenedSession, { data }: StoredRecord): boolean {
    return stampOf(data)?.id === record.id
  }

  /** Takes over a record that a Go handler has rotated. Go requests with its id may still be running. */
  async function mergeRotated(outcome: OpenOutcome, rotated: StoredRecord): Promise<OpenOutcome> {
    if (outcome.outcome !== 'open') return outcome
    await records.expire(rotated.id, graceMs)
    const merged = await merge(outcome, rotated)
    if (merged.outcome === 'open') sharing.rotated.set(merged.opened, rotated.id)
    return merged
  }

  async function merge(outcome: Opened, found: StoredRecord): Promise<OpenOutcome> {
    const { opened } = outcome
    const { id } = opened.record
    const merged = await writer.merge(opened, found)
    if (!merged) return outcome
    if (!merged.saved)
      return merged.why === 'ended' ? { outcome: 'ended', id, reason: 'logout' } : outcome
    const { token = outcome.token, offer = outcome.offer } = merged
    return {
      ...outcome,
      opened: await writer.write(merged.opened, texts.get(opened)),
      ...(token === undefined ? {} : { token }),
      ...(offer === undefined ? {} : { offer }),
    }
  }

  /** Returns the record of a cookie that is not the one we have sent: a Go handler has called `Rotate`, or begun anew. */
  async function readOther(
    key: string,
    foreign: ForeignCookies | undefined,
  ): Promise<StoredRecord | undefined> {
    const [value = ''] = foreign?.get(cookieName) ?? []
    return value !== key && isSessionXId(value) ? records.read(value) : undefined
  }

  /** Opens the session of a user who has logged in on a Go service. The one that the token opens ends with the import of it. */
  async function logIn(
    opened: OpenedSession,
    foreign: ForeignCookies,
  ): Promise<OpenOutcome | undefined> {
    const outcome = await store.open([], [], foreign)
    if (outcome.outcome !== 'open') return undefined
    noteOrigin(outcome.opened, foreign, opened.record.id)
    return outcome
  }

  async function logOut(opened: OpenedSession): Promise<OpenOutcome> {
    const { id } = opened.record
    await writer.remove(id, 'logout')
    if (await store.endById?.(id, 'logout')) emit('ended', { id, reason: 'logout' })
    return { outcome: 'ended', id, reason: 'logout' }
  }

  /** Returns true if a Go service has removed the record, which was there and cannot have expired. */
  async function wasDestroyed({ touchedAt }: OpenedSession, key: string): Promise<boolean> {
    if (clock() - touchedAt >= ttl - policy.touchInterval) return false
    return (await imports.claims.find(writtenKey(sharing, key))) !== undefined
  }

  function noteOrigin(
    opened: OpenedSession,
    foreign: ForeignCookies | undefined,
    replaces?: SessionId,
  ): void {
    const [key] = foreign?.get(cookieName) ?? []
    if (key !== undefined) origins.set(opened, replaces === undefined ? { key } : { key, replaces })
  }
}
