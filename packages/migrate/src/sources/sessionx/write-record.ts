import type { EndReason, SessionId } from '@sojourn/core'
import { expiryOf, type OpenedSession, type SaveOutcome } from '@sojourn/core/store'
import { applyGoChanges, changesSince, stampOf, toGoData } from './shared-data.ts'
import { formatShared, type StoredRecord } from './shared-records.ts'
import { type Sharing, userOf, writtenKey } from './sharing.ts'

/** How often a record is written again because others write it, before that is left to the next request. */
const attempts = 10

/** Writes and removes the records of our sessions. */
export type RecordWriter = ReturnType<typeof createRecordWriter>

/** Returns what writes and removes the records of our sessions. */
export function createRecordWriter(sharing: Sharing) {
  const { store, records, texts, env, imports, claimKey } = sharing
  const { clock, policy } = env

  return {
    /**
     * Writes the record of a session, and returns the session. `known` is the text that it replaces, as far as this request
     * knows: if another was there, what a Go service has changed in that is merged, and the newest session written.
     */
    async write(opened: OpenedSession, known?: string): Promise<OpenedSession> {
      const { id, authority } = opened.record
      const key = records.idOf(id)
      let [newest, expected] = [opened, known]
      for (let attempt = 0; attempt < attempts; attempt++) {
        const { text, before } = await replace(newest, key)
        if (!before && (await hasEnded(key)))
          await records.remove(key) // by a request in parallel (P1)
        else if (!before && expected === undefined)
          await imports.claims.make(
            writtenKey(sharing, key),
            { id },
            opened.record.absoluteExpiresAt,
          )
        if (!before || before.text === expected || stampOf(before.data)?.id !== id) return newest
        expected = text
        const merged = await merge(newest, before)
        const found = merged?.saved ? merged.opened : await findNewest(id)
        if (!found) await records.remove(key) // it has ended meanwhile (P1)
        if (found?.record.authority !== authority) return newest
        newest = found
      }
      return newest
    },

    merge,

    /** Removes the record of a session that ends. A claim keeps it from being imported if a Go service writes it again (P1). */
    async remove(id: SessionId, reason: EndReason): Promise<void> {
      const key = records.idOf(id)
      await imports.claims.make(claimKey(key), { ended: reason }, clock() + policy.absoluteTimeout)
      await records.remove(key)
    },
  }

  async function hasEnded(key: string): Promise<boolean> {
    const claim = await imports.claims.find(claimKey(key))
    return claim !== undefined && 'ended' in claim
  }

  async function replace(opened: OpenedSession, key: string) {
    const { record, touchedAt } = opened
    const data = toGoData(Object(store.codec.decode(opened.data)))
    const text = formatShared(key, record, { data, user: userOf(sharing, data), at: clock() })
    const lifetime = expiryOf(record, touchedAt, policy.touchInterval) - clock()
    const before = await records.replace(key, text, lifetime)
    texts.set(opened, text)
    return { text, before }
  }

  /** Saves what Go services have changed since they read the record. Returns `undefined` if that is nothing. */
  async function merge(
    opened: OpenedSession,
    { data }: StoredRecord,
  ): Promise<SaveOutcome | undefined> {
    const stamp = stampOf(data)
    const changes = stamp ? changesSince(stamp, data) : []
    if (changes.length === 0) return undefined
    return store.save(opened, { update: (own) => applyGoChanges(changes, own) })
  }

  async function findNewest(id: SessionId): Promise<OpenedSession | undefined> {
    const outcome = await store.openById?.(id)
    return outcome?.outcome === 'open' ? outcome.opened : undefined
  }
}
