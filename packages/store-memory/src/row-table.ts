import type { SessionId } from '@sojourn/core'
import { type Row, type Tombstone, tombstoneMs } from '@sojourn/core/store'
import { createGroups, type Groups } from './groups.ts'
import { createOrderedMap } from './ordered-map.ts'
import { createSweeper } from './sweeper.ts'

/** Where a memory backend keeps its rows and tombstones. It judges by the `at` that it is given, epoch ms. */
export interface RowTable {
  /** The row of a live session. */
  row(id: SessionId, at: number): Row | undefined
  /** The tombstone of a session that ended less than a minute ago. */
  tombstone(id: SessionId, at: number): Tombstone | undefined
  /** Puts a row there as the one used last; one that is over at once is gone at once. */
  set(id: SessionId, row: Row, at: number): void
  /** Marks a row as the one used last. */
  markUsed(id: SessionId, row: Row): void
  /** Takes the row away and leaves a tombstone, but none over a tombstone. */
  end(id: SessionId, tombstone: Tombstone): void
  /** The ids of a group that have a row, live or not. */
  idsOf(group: string): readonly SessionId[]
  /** All ids that have a row, live or not. */
  ids(): readonly SessionId[]
  /** Stops sweeping and empties. */
  close(): void
}

/** How many entries are looked at for an expired one before a live one has to go. */
const sweepBatch = 16

/** An empty shelf for `max` rows and as many tombstones. A row that went to make room is told to `onDisplaced`. */
export function createRowTable(
  { max, onDisplaced }: { max: number; onDisplaced: (id: SessionId) => void },
  groups: Groups = createGroups(),
): RowTable {
  const rows = createOrderedMap<Row>({
    isOver: (row, now) => row.expiresAt <= now,
    onGone: groups.delete,
  })
  const tombstones = createOrderedMap<Tombstone>({
    isOver: (tombstone, now) => hasExpired(tombstone, now),
  })
  const sweeper = createSweeper([rows, tombstones])

  return {
    row,
    tombstone,
    set(id, row, at) {
      if (row.expiresAt <= at) return rows.delete(id)
      rows.set(id, row)
      groups.add(id)
      sweeper.schedule(at)
      makeRoom(at)
    },
    markUsed: (id, row) => rows.set(id, row),
    end(id, { ended, at }) {
      rows.delete(id)
      if (tombstone(id, at)) return
      tombstones.set(id, Object.freeze({ ended, at }))
      sweeper.schedule(at)
      tombstones.sweep(sweepBatch, at)
      if (tombstones.size > max) tombstones.shift()
    },
    idsOf: groups.of,
    ids: () => [...rows.keys()],
    close() {
      sweeper.stop()
      rows.clear()
      tombstones.clear()
      groups.clear()
    },
  }

  function row(id: SessionId, at: number): Row | undefined {
    const found = rows.get(id)
    return found && found.expiresAt > at ? found : undefined
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

function hasExpired(tombstone: Tombstone, now: number): boolean {
  return tombstone.at + tombstoneMs <= now
}
