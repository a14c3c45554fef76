import type { SessionId } from '@sojourn/core'
import type { GroupLimit, Row, SessionBackend, Tombstone } from '@sojourn/core/store'
import { groupOf } from './backend-clauses.ts'
import { type ReferenceRules, referenceRules } from './reference-rules.ts'

/** The rows and tombstones of a reference backend. */
export type Entries = Map<SessionId, Row | Tombstone>

/** What a test can set. */
export interface ReferenceOptions {
  /** Awaited before and after each atomic block, to interleave operations. */
  readonly step?: () => Promise<void>
  readonly entries?: Entries
  readonly rules?: Partial<ReferenceRules>
  /** Whether it can `scan`. @default true */
  readonly scans?: boolean
}

/**
 * Returns the plainest implementation of the contract, over a `Map`, for comparison and for tests. Every operation
 * scans all entries, and nothing is ever freed.
 */
export function referenceBackend(options: ReferenceOptions = {}): SessionBackend {
  const { step = async () => undefined, entries = new Map(), scans = true } = options
  const rules = { ...referenceRules, ...options.rules }

  const row = (id: SessionId, at: number): Row | undefined => {
    const entry = entries.get(id)
    return entry && !('ended' in entry) && rules.isLive(entry, at) ? entry : undefined
  }
  const tombstone = (id: SessionId, at: number): Tombstone | undefined => {
    const entry = entries.get(id)
    return entry && 'ended' in entry && rules.stands(entry, at) ? entry : undefined
  }
  const liveRows = (at: number) =>
    [...entries.keys()].flatMap((id) => {
      const live = row(id, at)
      return live ? [{ id, ...rules.copy(live) }] : []
    })
  const liveRowsOf = (group: string, at: number) =>
    liveRows(at).filter(({ id }) => groupOf(id) === group)
  const end = (id: SessionId, ended: Tombstone) => {
    if (!tombstone(id, ended.at)) entries.set(id, ended)
  }
  const surplus = (group: string, { limit, at }: { limit: GroupLimit; at: number }) => {
    const rows = liveRowsOf(group, at).sort((a, b) => a.expiresAt - b.expiresAt)
    return rows.slice(0, Math.max(0, rows.length - limit.max + 1)).map(({ id }) => id)
  }
  const atomic = async <Result>(block: () => Result): Promise<Result> => {
    await step()
    const result = block()
    await step()
    return result
  }

  return {
    // Clause 9
    supports: {
      conditionalWrite: true,
      revocation: true,
      list: true,
      limit: true,
      scan: scans,
      retention: true,
    },

    find: (id, { at }) =>
      atomic(() => {
        const live = row(id, at)
        const ended = tombstone(id, at)
        return live ? rules.copy(live) : ended ? { ...ended } : null // clause 4
      }),

    insert: (id, next, { at, limit }) =>
      atomic(() => {
        if (tombstone(id, at)) return { inserted: false, why: 'taken' } // clause 3
        const live = row(id, at)
        if (live && [live.version, ...live.priorVersions].includes(next.version))
          return { inserted: true, evicted: [] } // clause 2
        if (live) return { inserted: false, why: 'taken' } // clause 2
        const evicted = limit ? surplus(groupOf(id), { limit, at }) : []
        if (limit?.onExceed === 'refuse' && evicted.length > 0)
          return { inserted: false, why: 'limit' }
        for (const other of evicted) end(other, { ended: 'evicted', at }) // clause 3
        entries.set(id, rules.copy(next))
        return { inserted: true, evicted }
      }),

    replace: (id, next, { at, expected }) =>
      atomic(() => {
        const live = row(id, at)
        if (!live) return 'gone' // clause 2
        if (!rules.mayReplace(live, expected)) return { conflict: rules.copy(live) }
        entries.set(id, rules.copy(next))
        return 'replaced'
      }),

    touch: (id, { touchedAt, expiresAt }, { at, expected }) =>
      atomic(() => {
        const live = row(id, at)
        if (!live) return 'gone' // clause 2
        if (!rules.mayTouch(live, expected)) return 'conflict'
        entries.set(id, { ...live, touchedAt, expiresAt })
        return 'touched'
      }),

    remove: (id, { at, reason }) =>
      atomic(() => {
        const live = row(id, at)
        end(id, { ended: reason, at }) // clause 3, also where no row was
        return live ? rules.copy(live) : null
      }),

    list: (group, { at }) => atomic(() => liveRowsOf(group, at)),

    removeGroup: (group, { at, reason, except }) =>
      atomic(() => {
        const live = liveRowsOf(group, at).map(({ id }) => id)
        const ending = live.filter((id) => id !== except)
        for (const id of ending) end(id, { ended: reason, at })
        return ending
      }),

    async *scan({ at, signal }) {
      for (const { id } of await atomic(() => liveRows(at))) {
        signal.throwIfAborted()
        const live = row(id, at)
        if (live) yield { id, ...rules.copy(live) }
      }
    },

    ping: () => atomic(() => undefined),
    close: () => atomic(() => undefined),
  }
}
