import type { Row, SessionBackend, Tombstone } from '@sojourn/core/store'
import { deepEqual } from './asserts.ts'
import { groupOf } from './backend-clauses.ts'
import { bytes, callAt, makeRow, t0 } from './backend-fixture.ts'

/** When an operation is applied. */
interface FuzzTime {
  /** How long after the operation before it, in ms. */
  readonly pause: number
  /** Whether time then goes on to the moment at which the next row expires. @default false */
  readonly toNextEnd?: boolean
}

/** One operation of a history, as JSON. Times are in ms; `life` is how long a row lives from then on. */
export type FuzzStep = FuzzTime &
  (
    | { readonly operation: 'find'; readonly id: string }
    | {
        readonly operation: 'insert'
        readonly id: string
        readonly version: string
        readonly life: number
        readonly limit?: { readonly max: number; readonly onExceed: 'evict' | 'refuse' } | undefined
      }
    | {
        readonly operation: 'replace'
        readonly id: string
        readonly version: string
        readonly life: number
        readonly expected: string
      }
    | {
        readonly operation: 'touch'
        readonly id: string
        readonly life: number
        readonly expected: string
        /** How long ago the expected touch was. */
        readonly ago: number
      }
    | { readonly operation: 'remove'; readonly id: string }
    | { readonly operation: 'removeGroup'; readonly group: string; readonly except: string }
  )

/** The operations of one run, in order. */
export type FuzzHistory = readonly FuzzStep[]

/** The groups that histories are about. */
export const groups = ['g', 'h', '']

/**
 * Applies a history to a backend and to the reference in lockstep, and compares every outcome and every list.
 * @throws The first difference.
 */
export async function play(
  history: FuzzHistory,
  { backend, reference }: { backend: SessionBackend; reference: SessionBackend },
): Promise<FuzzCounts> {
  let at = t0
  let choices = 0
  for (const [index, step] of history.entries()) {
    at = roundUp(at) + step.pause
    if (step.toNextEnd) at = await nextEnd(reference, at)
    const live = step.operation === 'insert' ? await listed(reference, groupOf(step.id), at) : []
    const outcomes = async (subject: SessionBackend) => ({
      operation: index + 1,
      step,
      outcome: await apply(subject, step, { at, index }),
      lists: await Promise.all(groups.map((group) => listed(subject, group, at))),
    })
    const expected = await outcomes(reference)
    deepEqual(await outcomes(backend), expected)
    const evicted = evictedBy(expected.outcome)
    if (evicted > 0 && evicted < live.length) choices++
  }
  return { operations: history.length, choices }
}

/** What a history did. */
export interface FuzzCounts {
  readonly operations: number
  /** In how many evictions there were others that could have been evicted. */
  readonly choices: number
}

/** Rows that expire at the same time may be evicted in any order, so no two end in the same ms. */
export const endsApartMs = 1_000

/** Returns the first time from `at` on that is a multiple of `endsApartMs`. */
const roundUp = (at: number) => Math.ceil(at / endsApartMs) * endsApartMs

/** Returns when the next live row expires, or `at` if there is none. */
async function nextEnd(reference: SessionBackend, at: number): Promise<number> {
  const rows = await Promise.all(groups.map((group) => reference.list(group, callAt(at))))
  const ends = rows.flat().map(({ expiresAt }) => expiresAt)
  return ends.length === 0 ? at : Math.min(...ends)
}

async function apply(
  backend: SessionBackend,
  step: FuzzStep,
  { at, index }: { at: number; index: number },
): Promise<unknown> {
  const call = callAt(at)
  const endOf = (life: number) => roundUp(at + life) - (index % endsApartMs)
  switch (step.operation) {
    case 'find':
      return plain(await backend.find(step.id, call))
    case 'insert': {
      const { id, version, life, limit } = step
      const row = makeRow({ version, touchedAt: at, expiresAt: endOf(life), value: bytes(version) })
      const outcome = await backend.insert(id, row, limit ? { ...call, limit } : call)
      return outcome.inserted ? { ...outcome, evicted: [...outcome.evicted].sort() } : outcome
    }
    case 'replace': {
      const { id, version, life, expected } = step
      const row = makeRow({ version, touchedAt: at, expiresAt: endOf(life), value: bytes(version) })
      const outcome = await backend.replace(id, row, { ...call, expected })
      return typeof outcome === 'string' ? outcome : { conflict: plain(outcome.conflict) }
    }
    case 'touch': {
      const { id, life, expected: version, ago } = step
      const expected = { version, touchedAt: at - ago }
      return backend.touch(id, { touchedAt: at, expiresAt: endOf(life) }, { ...call, expected })
    }
    case 'remove':
      return plain(await backend.remove(step.id, { ...call, reason: 'logout' }))
    case 'removeGroup': {
      const { group, except } = step
      return [...(await backend.removeGroup(group, { ...call, reason: 'revoked', except }))].sort()
    }
  }
}

async function listed(backend: SessionBackend, group: string, at: number) {
  const rows = await backend.list(group, callAt(at))
  return [...rows]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, ...row }) => ({ id, ...plain(row) }))
}

/** Returns the fields that the contract names, with bytes as text. */
function plain(found: Row | Tombstone | null) {
  if (!found) return null
  if ('ended' in found) return { ended: found.ended, at: found.at }
  const { version, priorVersions, touchedAt, expiresAt, value } = found
  const text = Buffer.from(value).toString('hex')
  return { version, priorVersions: [...priorVersions], touchedAt, expiresAt, value: text }
}

function evictedBy(outcome: unknown): number {
  const { evicted = [] } = Object(outcome) as { evicted?: readonly string[] }
  return evicted.length
}
