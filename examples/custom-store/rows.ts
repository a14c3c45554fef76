import type { EndReason } from '@sojourn/core'
import {
  groupOf,
  type IdentifiedRow,
  type Row,
  type Tombstone,
  tombstoneMs,
} from '@sojourn/core/store'

/** A line of the table. PostgreSQL returns whole numbers of 64 bits as text. */
export interface Line {
  readonly id: Uint8Array
  readonly version: string | null
  readonly prior_versions: string | null
  readonly touched_at: number | string | null
  readonly expires_at: number | string | null
  readonly value: Uint8Array | null
  readonly ended: EndReason | null
  readonly ended_at: number | string | null
}

/** Returns the row in a line, with its id. */
export function rowOf(line: Line): IdentifiedRow {
  return {
    id: textOf(line.id),
    version: line.version ?? '',
    priorVersions: JSON.parse(line.prior_versions ?? '[]'),
    touchedAt: Number(line.touched_at),
    expiresAt: Number(line.expires_at),
    value: new Uint8Array(line.value ?? []),
  }
}

/** Returns what stands in a line at this time: a row, a tombstone or nothing. */
export function standing(line: Line | undefined, at: number): IdentifiedRow | Tombstone | null {
  if (!line) return null
  if (line.ended === null) return Number(line.expires_at) > at ? rowOf(line) : null
  const ended = { ended: line.ended, at: Number(line.ended_at) }
  return at < ended.at + tombstoneMs ? ended : null
}

/** Returns the parameters that write a row. */
export function columnsOf(row: Row, at: number) {
  return {
    version: row.version,
    priorVersions: JSON.stringify(row.priorVersions),
    touchedAt: row.touchedAt,
    expiresAt: row.expiresAt,
    value: row.value,
    ttl: row.expiresAt - at,
  }
}

/** Returns the parameters that name an id. */
export function keyOf(id: string) {
  return { id: Buffer.from(id), group: Buffer.from(groupOf(id)) }
}

export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}
