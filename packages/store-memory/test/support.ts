import type { BackendCall, Row, SessionBackend } from '@sojourn/core/store'
import { StoredRow } from '../src/stored-row.ts'

/** When tests begin, epoch ms. */
export const t0 = Date.UTC(2030, 0, 1)

export function callAt(at = t0): BackendCall {
  return { at, signal: new AbortController().signal }
}

export function makeRow(fields: Partial<Row> = {}): Row {
  return {
    version: 'v1',
    priorVersions: [],
    touchedAt: t0,
    expiresAt: t0 + 3_600_000,
    value: new Uint8Array([1, 2, 3]),
    ...fields,
  }
}

/** A row as a table keeps it. */
export function storedRow(fields: Partial<Row> = {}): StoredRow {
  return new StoredRow(makeRow(fields))
}

/** The ids of all live rows. */
export async function liveIds(backend: SessionBackend, at = t0): Promise<string[]> {
  const ids: string[] = []
  for await (const { id } of backend.scan(callAt(at))) ids.push(id)
  return ids
}
