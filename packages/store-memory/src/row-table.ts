import type { SessionId } from '@sojourn/core'
import { type Tombstone, tombstoneMs } from '@sojourn/core/store'
import { Groups } from './groups.ts'
import { OrderedMap } from './ordered-map.ts'
import type { StoredRow } from './stored-row.ts'
import { createSweeper } from './sweeper.ts'

/**
 * The rows and tombstones of a memory backend. `at` is the current time, epoch ms. Expiry depends on it, and a row is
 * also gone once its time to live has passed in real time, as in a database: the clock may have been set back.
 */
export interface RowTable {
  /** Returns the row of a live session. */
  row(id: SessionId, at: number): StoredRow | undefined
  /** Returns the tombstone of a session that ended less than 60 s ago. */
  tombstone(id: SessionId, at: number): Tombstone | undefined
  /**
   * Adds or replaces a row and marks it as the one used last. If it has expired at `at`, removes it instead. One that
   * `isSolitary` when it is added is not in the index of groups.
   */
  set(id: SessionId, row: StoredRow, at: number, isSolitary?: boolean): void
  /** Marks a row as the one used last, so that all others are displaced before it. */
  markUsed(id: SessionId): void
  /** Removes the row and adds a tombstone, unless there is one already. */
  end(id: SessionId, tombstone: Tombstone): void
  /** Returns the ids of a group's rows, live or expired, but for solitary ones. */
  idsOf(group: string): readonly SessionId[]
  /** Yields the ids of all rows, live or expired, that are in the table now. The table may change meanwhile. */
  ids(): Iterable<SessionId>
  /** Stops the sweeper and removes everything. */
  close(): void
}

/** A row, and when it is gone whatever any clock says, by `performance.now()`. */
interface KeptRow {
  readonly row: StoredRow
  readonly keptUntil: number
}

/**
 * How much longer than its time to live a row is kept, in ms. Only a clock that was set back makes it wait so long: rows
 * usually expire by `at`.
 */
const keptLongerMs = 60_000

/** How many entries are checked for expiry before a live one is displaced. */
const sweepBatch = 16

/**
 * Creates an empty table of at most `max` rows and `max` tombstones. `onDisplaced` is called for a live row removed
 * to make room, `onExpired` for each row removed because its time has passed.
 */
export function createRowTable(
  {
    max,
    onDisplaced,
    onExpired = () => undefined,
  }: {
    max: number
    onDisplaced: (id: SessionId) => void
    onExpired?: (id: SessionId) => void
  },
  groups = new Groups(),
): RowTable {
  const rows = new OrderedMap<KeptRow>({
    isExpired: (kept, now) => !isKept(kept, now),
    onRemove: (id) => groups.delete(id),
    onExpired,
  })
  const tombstones = new OrderedMap<Tombstone>({
    isExpired: hasExpired,
  })
  const sweeper = createSweeper([rows, tombstones])

  return {
    row,
    tombstone,
    set(id, row, at, isSolitary = false) {
      if (row.expiresAt <= at) return rows.expire(id)
      const keptUntil = performance.now() + row.expiresAt - at + keptLongerMs
      const isNew = rows.set(id, { row, keptUntil })
      sweeper.schedule(at)
      if (!isNew) return
      if (!isSolitary) groups.add(id)
      makeRoom(at)
    },
    markUsed: (id) => rows.markUsed(id),
    end(id, { ended, at }) {
      rows.delete(id)
      if (tombstone(id, at)) return
      tombstones.set(id, Object.freeze({ ended, at }))
      sweeper.schedule(at)
      tombstones.sweep(sweepBatch, at)
      if (tombstones.size > max) tombstones.shift()
    },
    idsOf: (group) => groups.of(group),
    ids: () => rows.currentKeys(),
    close() {
      sweeper.stop()
      rows.clear()
      tombstones.clear()
      groups.clear()
    },
  }

  function row(id: SessionId, at: number): StoredRow | undefined {
    const found = rows.get(id)
    return found && isKept(found, at) ? found.row : undefined
  }

  function tombstone(id: SessionId, at: number): Tombstone | undefined {
    const found = tombstones.get(id)
    return found && !hasExpired(found, at) ? found : undefined
  }

  function makeRoom(at: number): void {
    if (rows.size > max) rows.sweep(sweepBatch, at)
    const displaced = rows.size > max ? rows.shift() : undefined
    if (displaced !== undefined) onDisplaced(displaced)
  }
}

function isKept({ row, keptUntil }: KeptRow, at: number): boolean {
  return row.expiresAt > at && performance.now() < keptUntil
}

function hasExpired(tombstone: Tombstone, now: number): boolean {
  return tombstone.at + tombstoneMs <= now
}
