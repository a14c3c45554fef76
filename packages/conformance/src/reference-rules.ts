import type { Row, Tombstone } from '@sojourn/core/store'
import { tombstoneMs } from './backend-clauses.ts'

/** The rules that a mutant can break without implementing a backend. */
export interface ReferenceRules {
  /** Clause 5. */
  isLive(row: Row, at: number): boolean
  /** Clause 3. */
  stands(tombstone: Tombstone, at: number): boolean
  /** Clause 2: whether a writer that expects the version `expected` may replace the row. */
  mayReplace(row: Row, expected: string): boolean
  /** Clause 2. */
  mayTouch(row: Row, expected: Pick<Row, 'version' | 'touchedAt'>): boolean
  /** Clause 4. */
  copy(row: Row): Row
}

/** The rules that keep the contract. */
export const referenceRules: ReferenceRules = {
  isLive: (row, at) => at < row.expiresAt,
  stands: (tombstone, at) => at < tombstone.at + tombstoneMs,
  mayReplace: (row, expected) => row.version === expected,
  mayTouch: (row, expected) =>
    row.version === expected.version && row.touchedAt === expected.touchedAt,
  copy: (row) => ({
    version: row.version,
    priorVersions: [...row.priorVersions],
    touchedAt: row.touchedAt,
    expiresAt: row.expiresAt,
    value: new Uint8Array(row.value),
  }),
}
