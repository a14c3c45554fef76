import type { SessionId } from '@sojourn/core'
import {
  type GroupLimit,
  groupOf,
  type IdentifiedRow,
  type Row,
  type SessionBackend,
} from '@sojourn/core/store'
import { resolveOptions, type MemoryOptions, warnInProduction } from './memory-options.ts'
import { createRowTable, type RowTable } from './row-table.ts'

export type { MemoryOptions } from './memory-options.ts'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true }

/**
 * A backend in the memory of this process. Each operation is one synchronous step, therefore atomic; it never waits,
 * therefore needs no `signal`. Expired rows leave without being read, within about a minute.
 * @throws SessionUsageError `ERR_CONFIG_INVALID` when `max` is not a positive integer.
 */
export function memoryBackend(options: MemoryOptions = {}): SessionBackend {
  const { max, onDisplaced, warn } = resolveOptions(options)
  const shelf = createRowTable({ max, onDisplaced })
  warnInProduction(warn)

  return {
    supports,

    async find(id, { at }) {
      const row = shelf.row(id, at)
      if (!row) return shelf.tombstone(id, at) ?? null
      shelf.markUsed(id, row)
      return copyOf(row)
    },

    async insert(id, row, { at, limit }) {
      if (shelf.tombstone(id, at)) return { inserted: false, why: 'taken' }
      const present = shelf.row(id, at)
      if (present && !descends(present, row.version)) return { inserted: false, why: 'taken' }
      if (present) return { inserted: true, evicted: [] }
      const evicted = limit ? rowsToEvict(liveRows(shelf, groupOf(id), at), limit) : []
      if (evicted.length > 0 && limit?.onExceed === 'refuse')
        return { inserted: false, why: 'limit' }
      for (const other of evicted) shelf.end(other, { ended: 'evicted', at })
      shelf.set(id, copyOf(row), at)
      return { inserted: true, evicted }
    },

    async replace(id, row, { at, expected }) {
      const present = shelf.row(id, at)
      if (!present) return 'gone'
      if (present.version !== expected) return { conflict: copyOf(present) }
      shelf.set(id, copyOf(row), at)
      return 'replaced'
    },

    async touch(id, { touchedAt, expiresAt }, { at, expected }) {
      const present = shelf.row(id, at)
      if (!present) return 'gone'
      const isExpected =
        present.version === expected.version && present.touchedAt === expected.touchedAt
      if (!isExpected) return 'conflict'
      shelf.set(id, { ...present, touchedAt, expiresAt }, at)
      return 'touched'
    },

    async remove(id, { at, reason }) {
      const row = shelf.row(id, at)
      shelf.end(id, { ended: reason, at })
      return row ?? null
    },

    list: async (group, { at }) => liveRows(shelf, group, at).map(copyOf),

    async removeGroup(group, { at, reason, except }) {
      const ending = liveRows(shelf, group, at).filter(({ id }) => id !== except)
      for (const { id } of ending) shelf.end(id, { ended: reason, at })
      return ending.length
    },

    async *scan({ at, signal }) {
      for (const id of shelf.ids()) {
        signal.throwIfAborted()
        const row = shelf.row(id, at)
        if (row) yield { id, ...copyOf(row) }
      }
    },

    ping: async () => undefined,
    close: async () => shelf.close(),
  }
}

function liveRows(shelf: RowTable, group: string, at: number): IdentifiedRow[] {
  return shelf.idsOf(group).flatMap((id) => {
    const row = shelf.row(id, at)
    return row ? [{ id, ...row }] : []
  })
}

/** The rows that have to end before there is room for one more: those that would expire first. */
function rowsToEvict(rows: readonly IdentifiedRow[], { max }: GroupLimit): SessionId[] {
  const soonest = rows.toSorted((a, b) => a.expiresAt - b.expiresAt)
  return soonest.slice(0, Math.max(0, rows.length - max + 1)).map(({ id }) => id)
}

/** Whether a row is, or lately was, the version `version`: then an insert of it is the same insert again. */
function descends(row: Row, version: string): boolean {
  return row.version === version || row.priorVersions.includes(version)
}

/** A row that shares nothing. Not `slice`: that of a Buffer shares its bytes. */
function copyOf<Kind extends Row>(row: Kind): Kind {
  return { ...row, priorVersions: [...row.priorVersions], value: new Uint8Array(row.value) }
}
