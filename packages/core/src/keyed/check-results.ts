import { SessionStoreError } from '../errors.ts'
import type { SessionId } from '../record/record.ts'
import type {
  IdentifiedRow,
  InsertOutcome,
  ReplaceOutcome,
  Row,
  Tombstone,
  TouchOutcome,
} from '../store/backend.ts'
import { isRow } from './row-format.ts'

/** Returns the error of a backend whose result broke the contract. `breach` names the clause. */
export function contractError(operation: string, breach: string): SessionStoreError {
  return new SessionStoreError(
    'ERR_STORE_CONTRACT',
    `The backend broke its contract in '${operation}': ${breach}. ` +
      'Run the conformance suite @sojourn/conformance/backend against it.',
  )
}

// Each check returns what is wrong with the result of one operation, or undefined.

/** Checks the result of `find`. */
export function checkFound(found: Row | Tombstone | null): string | undefined {
  if (found === null) return undefined
  if (typeof found === 'object' && ('ended' in found || isRow(found))) return undefined
  return 'it answered neither a row, a tombstone nor null (clause 4)'
}

/** Checks the result of `insert`. */
export function checkInserted(outcome: InsertOutcome): string | undefined {
  if (outcome?.inserted === true && Array.isArray(outcome.evicted)) return undefined
  if (outcome?.inserted === false && (outcome.why === 'taken' || outcome.why === 'limit'))
    return undefined
  return 'it did not say whether the row was inserted (clauses 1 and 2)'
}

/** Checks the result of `replace`. */
export function checkReplaced(outcome: ReplaceOutcome): string | undefined {
  if (outcome === 'replaced' || outcome === 'gone') return undefined
  if (typeof outcome === 'object' && outcome?.conflict && isRow(outcome.conflict)) return undefined
  return 'it did not say whether the row was replaced (clauses 1 and 2)'
}

/** Checks the result of `touch`. */
export function checkTouched(outcome: TouchOutcome): string | undefined {
  if (outcome === 'touched' || outcome === 'gone' || outcome === 'conflict') return undefined
  return 'it did not say whether the row was touched (clauses 1 and 2)'
}

/** Checks the result of `remove`. */
export function checkRemoved(row: Row | null): string | undefined {
  if (row === null || (typeof row === 'object' && isRow(row))) return undefined
  return 'it answered neither the row that it ended nor null (clause 3)'
}

/** Checks the result of `list`. */
export function checkListed(rows: readonly IdentifiedRow[]): string | undefined {
  const areRows =
    Array.isArray(rows) &&
    rows.every((row: IdentifiedRow) => typeof row.id === 'string' && isRow(row))
  return areRows ? undefined : 'it did not answer rows with their ids (clause 5)'
}

/** Checks the result of `removeGroup`. */
export function checkRemovedGroup(ids: readonly SessionId[]): string | undefined {
  const areIds = Array.isArray(ids) && ids.every((id: SessionId) => typeof id === 'string')
  return areIds ? undefined : 'it did not answer the ids of the sessions that it ended (clause 1)'
}

/** Checks the result of `now`. */
export function checkNow(at: number | undefined): string | undefined {
  return Number.isFinite(at) ? undefined : 'it did not answer the time in epoch ms (clause 5)'
}
