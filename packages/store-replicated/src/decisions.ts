import type { EndReason } from '@sojourn/core'
import type { InsertOutcome, ReplaceOutcome, Row, TouchOutcome } from '@sojourn/core/store'
import { liveIn, type Present, type State, tombstoneIn } from './state.ts'

/** What an operation makes of a state: its outcome, and the next state if it writes one. */
export interface Decision<Outcome> {
  readonly outcome: Outcome
  readonly next?: Exclude<State, undefined>
}

/**
 * One operation on one session. It is asked again when another one came first, and then recognises what it has proposed itself:
 * a proposal may be completed by somebody else.
 */
export type Decide<Outcome> = (state: State) => Decision<Outcome>

/** What a `remove` has done. */
export interface Removal {
  /** The live row that it ended. */
  readonly row: Row | null
  /** True if the tombstone is its own, also where there was no row. */
  readonly isOwn: boolean
}

/** Reads the state and changes nothing. */
export const look: Decide<State> = (state) => ({ outcome: state })

/** Creates a row. `life` is a text of this call; `after` is kept as in `Present`. */
export function insertion(
  row: Row,
  at: number,
  { life, after }: Pick<Present, 'life'> & Partial<Pick<Present, 'after'>>,
): Decide<InsertOutcome> {
  const inserted = { inserted: true, evicted: [] } as const
  const taken = { inserted: false, why: 'taken' } as const
  return (state) => {
    const live = liveIn(state, at)
    if (live) return { outcome: isAtOrAfter(live.row, row.version) ? inserted : taken }
    const tombstone = tombstoneIn(state, at)
    if (tombstone) return { outcome: tombstone.life === life ? inserted : taken }
    return {
      outcome: inserted,
      next: { row: copyOf(row), life, by: life, after, isFirst: true },
    }
  }
}

/** Writes a row over the version `expected`. */
export function replacement(row: Row, at: number, expected: string): Decide<ReplaceOutcome> {
  let isProposed = false
  return (state) => {
    const live = liveIn(state, at)
    if (!live) return { outcome: 'gone' }
    if (isProposed && isAtOrAfter(live.row, row.version)) return { outcome: 'replaced' }
    if (live.row.version !== expected) return { outcome: { conflict: copyOf(live.row) } }
    isProposed = true
    const by = row.version
    return { outcome: 'replaced', next: { ...live, row: copyOf(row), by, isFirst: false } }
  }
}

/** Moves the times of a row. `by` is a text of this call: another server may touch at the same millisecond. */
export function touching(
  { touchedAt, expiresAt }: Pick<Row, 'touchedAt' | 'expiresAt'>,
  at: number,
  { expected, by }: { expected: Pick<Row, 'version' | 'touchedAt'>; by: string },
): Decide<TouchOutcome> {
  return (state) => {
    const live = liveIn(state, at)
    if (!live) return { outcome: 'gone' }
    if (live.by === by) return { outcome: 'touched' }
    const { version, touchedAt: last } = live.row
    if (version !== expected.version || last !== expected.touchedAt) return { outcome: 'conflict' }
    const row = { ...live.row, touchedAt, expiresAt }
    return { outcome: 'touched', next: { ...live, row, by, isFirst: false } }
  }
}

/** Ends a session, whatever its version. `tag` returns a text of its own. */
export function removal(reason: EndReason, at: number, tag: () => string): Decide<Removal> {
  const own = new Map<string, Row | null>()
  return (state) => {
    const tombstone = tombstoneIn(state, at)
    if (tombstone)
      return { outcome: { row: own.get(tombstone.by) ?? null, isOwn: own.has(tombstone.by) } }
    const live = liveIn(state, at)
    const row = live ? copyOf(live.row) : null
    const by = tag()
    own.set(by, row)
    const life = live ? { life: live.life } : {}
    return { outcome: { row, isOwn: true }, next: { ended: reason, at, by, ...life } }
  }
}

/** Returns a copy that shares nothing with the row. */
export function copyOf({ version, priorVersions, touchedAt, expiresAt, value }: Row): Row {
  return {
    version,
    priorVersions: [...priorVersions],
    touchedAt,
    expiresAt,
    value: new Uint8Array(value),
  }
}

function isAtOrAfter(row: Row, version: string): boolean {
  return row.version === version || row.priorVersions.includes(version)
}
