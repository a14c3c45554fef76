import type { SessionId } from '@sojourn/core'
import type {
  IdentifiedRow,
  InsertOutcome,
  ReplaceOutcome,
  Row,
  Tombstone,
  TouchOutcome,
} from '@sojourn/core/store'
import { tombstoneMs } from '@sojourn/core/store'
import { unexpectedReply } from './errors.ts'
import { decodeStored } from './stored.ts'

/** Decodes the reply of `GET`: the live row or tombstone, or `null` if there is none at `at`, epoch ms. */
export function readFound(reply: unknown, at: number): Row | Tombstone | null {
  if (reply === null) return null
  const stored = readStored(reply)
  if ('ended' in stored) return at < stored.at + tombstoneMs ? stored : null
  return at < stored.expiresAt ? stored : null
}

/** Decodes the reply of the script `insert`. */
export function readInserted(reply: unknown, idIn: (handle: string) => SessionId): InsertOutcome {
  const [outcome, ...handles] = readStrings(reply)
  if (outcome === 'inserted') return { inserted: true, evicted: handles.map(idIn) }
  if (outcome === 'taken' || outcome === 'limit') return { inserted: false, why: outcome }
  throw unexpectedReply("Redis answered an 'insert' with something")
}

/** Decodes the reply of the script `replace`. */
export function readReplaced(reply: unknown): ReplaceOutcome {
  if (Array.isArray(reply)) return { conflict: readRow(reply[1]) }
  const [outcome] = readStrings(reply)
  if (outcome === 'replaced' || outcome === 'gone') return outcome
  throw unexpectedReply("Redis answered a 'replace' with something")
}

/** Decodes the reply of the script `touch`. */
export function readTouched(reply: unknown): TouchOutcome {
  const [outcome] = readStrings(reply)
  if (outcome === 'touched' || outcome === 'gone' || outcome === 'conflict') return outcome
  throw unexpectedReply("Redis answered a 'touch' with something")
}

/** Decodes the reply of the script `remove`: the row that it ended, or `null`. */
export function readRemoved(reply: unknown): Row | null {
  return reply === null ? null : readRow(reply)
}

/** Decodes the reply of the script `list`: rows, and the handles left for further steps. */
export function readListed(
  reply: unknown,
  idIn: (handle: string) => SessionId,
): { rows: readonly IdentifiedRow[]; rest: readonly string[] } {
  const [found, rest]: unknown[] = Array.isArray(reply) ? reply : []
  if (!Array.isArray(found) || !Array.isArray(rest))
    throw unexpectedReply("Redis answered a 'list' with something")
  const items: unknown[] = found // handle, row, handle, row, …
  const rows = items.flatMap((item, index) =>
    index % 2 === 0 ? [{ id: idIn(String(item)), ...readRow(items[index + 1]) }] : [],
  )
  return { rows, rest: rest.map(String) }
}

/** Decodes the reply of the script `removeGroup`: which sessions it ended, and whether there are more. */
export function readRemovedGroup(
  reply: unknown,
  idIn: (handle: string) => SessionId,
): { ids: readonly SessionId[]; hasMore: boolean } {
  const [ended, more]: unknown[] = Array.isArray(reply) ? reply : []
  if (!Array.isArray(ended)) throw unexpectedReply("Redis answered a 'removeGroup' with something")
  // Number: some clients can be configured to return integers as strings.
  return { ids: ended.map((handle) => idIn(String(handle))), hasMore: Number(more) === 1 }
}

/** Decodes the reply of `SCAN`: the next cursor, and the keys of this page. */
export function readPage(reply: unknown): { cursor: string; keys: readonly string[] } {
  const [cursor, keys]: unknown[] = Array.isArray(reply) ? reply : []
  if (!Array.isArray(keys)) throw unexpectedReply("Redis answered a 'SCAN' with something")
  return { cursor: String(cursor), keys: keys.map(String) }
}

/** Decodes the reply of `TIME`, seconds and microseconds: epoch ms. */
export function readTime(reply: unknown): number {
  const [seconds, micros] = readStrings(reply)
  return Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)
}

function readStrings(reply: unknown): string[] {
  return (Array.isArray(reply) ? reply : [reply]).map(String)
}

function readRow(reply: unknown): Row {
  const stored = readStored(reply)
  if ('ended' in stored) throw unexpectedReply('Redis answered a tombstone for a row')
  return stored
}

function readStored(reply: unknown): Row | Tombstone {
  const stored = Buffer.isBuffer(reply) ? decodeStored(reply) : undefined
  if (stored) return stored
  throw unexpectedReply('At the key of a session Redis keeps something')
}
