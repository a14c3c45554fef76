import { fail, ok } from 'node:assert/strict'
import type { SessionId } from '@sojourn/core'
import type {
  IdentifiedRow,
  ReplaceOutcome,
  Row,
  SessionBackend,
  Tombstone,
} from '@sojourn/core/store'
import { deepEqual, isBytes } from './asserts.ts'
import { callAt, now } from './backend-fixture.ts'

type Found = Row | Tombstone | null

/** Fails unless the outcome is a row with the same fields and bytes. */
export function sameRow(actual: Found | undefined, expected: Row): void {
  deepEqual(plain(rowIn(actual)), plain(expected))
}

/** Returns the row in an outcome, or fails. */
export function rowIn(found: Found | undefined): Row {
  if (!found || 'ended' in found) return fail(`a row was expected, not ${JSON.stringify(found)}`)
  ok(isBytes(found.value), 'the value of a row is a Uint8Array')
  return found
}

/** Returns the row in a conflict, or fails. */
export function conflictIn(outcome: ReplaceOutcome): Row {
  if (typeof outcome === 'string') return fail(`a conflict was expected, not ${outcome}`)
  return rowIn(outcome.conflict)
}

/** Fails unless the row is found. */
export async function stands(
  backend: SessionBackend,
  id: SessionId,
  { row, at = now.at }: { row: Row; at?: number },
): Promise<void> {
  sameRow(await backend.find(id, callAt(at)), row)
}

/** Fails if a row can be found. */
export async function isGone(backend: SessionBackend, id: SessionId, at = now.at): Promise<void> {
  const found = await backend.find(id, callAt(at))
  ok(found === null || 'ended' in found, `${JSON.stringify(id)} should be gone`)
}

/** Fails unless exactly this tombstone is found. */
export async function isEnded(
  backend: SessionBackend,
  id: SessionId,
  { ended, at, seenAt = at }: Tombstone & { seenAt?: number },
): Promise<void> {
  const found = await backend.find(id, callAt(seenAt))
  if (!found || !('ended' in found))
    return fail(`a tombstone was expected, not ${found && 'a row'}`)
  deepEqual({ ended: found.ended, at: found.at }, { ended, at })
}

/** Fails unless exactly these ids are listed, in any order, each once. */
export async function listsExactly(
  backend: SessionBackend,
  group: string,
  { ids, at = now.at }: { ids: readonly SessionId[]; at?: number },
): Promise<void> {
  sameIds(await backend.list(group, callAt(at)), ids)
}

/** Fails unless the rows are those of exactly these ids, in any order, each once. */
export function sameIds(rows: readonly IdentifiedRow[], ids: readonly SessionId[]): void {
  deepEqual(rows.map(({ id }) => id).sort(), [...ids].sort())
}

/** Ends a group and fails unless exactly these ids are returned, in any order, each once. */
export async function endsExactly(
  backend: SessionBackend,
  group: string,
  { ids, ...call }: { ids: readonly SessionId[] } & Parameters<SessionBackend['removeGroup']>[1],
): Promise<void> {
  deepEqual([...(await backend.removeGroup(group, call))].sort(), [...ids].sort())
}

/** Returns all rows that a scan yields. */
export async function scanned(backend: SessionBackend, at = now.at): Promise<IdentifiedRow[]> {
  const rows: IdentifiedRow[] = []
  for await (const row of backend.scan(callAt(at))) rows.push(row)
  return rows
}

/** Returns a row in a form that compares equal regardless of the class of its bytes. */
function plain({ version, priorVersions, touchedAt, expiresAt, value }: Row) {
  const hex = Buffer.from(value).toString('hex')
  return { version, priorVersions: [...priorVersions], touchedAt, expiresAt, value: hex }
}
