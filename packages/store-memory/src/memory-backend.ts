import type { SessionId } from '@sojourn/core'
import { type GroupLimit, groupOf, type SessionBackend } from '@sojourn/core/store'
import { type MemoryOptions, resolveOptions, warnInProduction } from './memory-options.ts'
import { createRowTable, type RowTable } from './row-table.ts'
import { StoredRow } from './stored-row.ts'

export type { MemoryOptions } from './memory-options.ts'

/**
 * Creates a backend in the memory of this process. Each operation is one synchronous step and therefore atomic; it
 * never waits, so `find` and the writes of sessions return no promise, and `signal` counts in `scan` only. Expired rows are removed within about a minute,
 * without being read.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` if `max` is neither a positive integer nor `Infinity`, or for an unknown option.
 * @example
 * import { keyedStore } from '@sojourn/core/store'
 * import { memoryBackend } from '@sojourn/store-memory'
 *
 * const backend = memoryBackend({ max: 10_000 })
 * export const store = keyedStore(backend) // a test can read `backend` beside the store
 */
export function memoryBackend(options: MemoryOptions = {}): SessionBackend {
  const { max, onDisplaced, warn } = resolveOptions(options)
  const expiryListeners = new Set<(id: SessionId) => void>()
  const table = createRowTable({
    max,
    onDisplaced,
    onExpired(id) {
      for (const listener of expiryListeners) listener(id)
    },
  })
  warnInProduction(warn)

  return {
    supports: {
      conditionalWrite: true,
      revocation: true,
      list: true,
      limit: true,
      scan: true,
      retention: max === Number.POSITIVE_INFINITY,
    },

    find(id, { at }) {
      const row = table.row(id, at)
      if (!row) return table.tombstone(id, at) ?? null
      table.markUsed(id)
      return row.copy()
    },

    insert(id, row, { at, limit, isSolitary }) {
      if (table.tombstone(id, at)) return { inserted: false, why: 'taken' }
      const present = table.row(id, at)
      if (present && !descends(present, row.version)) return { inserted: false, why: 'taken' }
      if (present) return { inserted: true, evicted: [] }
      const evicted = limit ? rowsToEvict(liveRows(table, groupOf(id), at), limit) : []
      if (evicted.length > 0 && limit?.onExceed === 'refuse')
        return { inserted: false, why: 'limit' }
      for (const other of evicted) table.end(other, { ended: 'evicted', at })
      table.set(id, new StoredRow(row), at, isSolitary)
      return { inserted: true, evicted }
    },

    replace(id, row, { at, expected }) {
      const present = table.row(id, at)
      if (!present) return 'gone'
      if (present.version !== expected) return { conflict: present.copy() }
      table.set(id, new StoredRow(row), at)
      return 'replaced'
    },

    touch(id, { touchedAt, expiresAt }, { at, expected }) {
      const present = table.row(id, at)
      if (!present) return 'gone'
      const isExpected =
        present.version === expected.version && present.touchedAt === expected.touchedAt
      if (!isExpected) return 'conflict'
      table.set(id, new StoredRow(present, { touchedAt, expiresAt }), at)
      return 'touched'
    },

    async remove(id, { at, reason }) {
      const row = table.row(id, at)
      table.end(id, { ended: reason, at })
      return row?.copy() ?? null
    },

    list: async (group, { at }) =>
      liveRows(table, group, at).map(({ id, row }) => row.copyWithId(id)),

    async removeGroup(group, { at, reason, except }) {
      const live = liveRows(table, group, at).map(({ id }) => id)
      const ending = live.filter((id) => id !== except)
      for (const id of ending) table.end(id, { ended: reason, at })
      return ending
    },

    async *scan({ at, signal }) {
      for (const id of table.ids()) {
        signal.throwIfAborted()
        const row = table.row(id, at)
        if (row) yield row.copyWithId(id)
      }
    },

    onExpired(listener) {
      const own = (id: SessionId) => listener(id) // a listener that is added twice is called twice
      expiryListeners.add(own)
      return () => void expiryListeners.delete(own)
    },

    ping: async () => undefined,
    close: async () => table.close(),
  }
}

interface LiveRow {
  readonly id: SessionId
  readonly row: StoredRow
}

function liveRows(table: RowTable, group: string, at: number): LiveRow[] {
  return table.idsOf(group).flatMap((id) => {
    const row = table.row(id, at)
    return row ? [{ id, row }] : []
  })
}

/** Returns the ids to evict so that one more row fits: those that would expire first. */
function rowsToEvict(live: readonly LiveRow[], { max }: GroupLimit): SessionId[] {
  const excess = live.length - max + 1
  if (excess <= 0) return []
  const soonestFirst = live.toSorted((a, b) => a.row.expiresAt - b.row.expiresAt)
  return soonestFirst.slice(0, excess).map(({ id }) => id)
}

/** Returns true if `version` is the row's version or a prior one: an insert of it is then a repeat. */
function descends(row: StoredRow, version: string): boolean {
  return row.version === version || row.priorVersions.includes(version)
}
