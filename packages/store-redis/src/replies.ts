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

/** The answer of `GET`. */
export function readFound(reply: unknown, at: number): Row | Tombstone | null {
  if (reply === null) return null
  const stored = readStored(reply)
  if ('ended' in stored) return at < stored.at + tombstoneMs ? stored : null
  return at < stored.expiresAt ? stored : null
}

/** The answer of the script `insert`. */
export function readInserted(reply: unknown, idIn: (handle: string) => SessionId): InsertOutcome {
  const [outcome, ...handles] = readWords(reply)
  if (outcome === 'inserted') return { inserted: true, evicted: handles.map(idIn) }
  if (outcome === 'taken' || outcome === 'limit') return { inserted: false, why: outcome }
  throw unexpectedReply("Redis answered an 'insert' with something")
}

/** The answer of the script `replace`. */
export function readReplaced(reply: unknown): ReplaceOutcome {
  if (Array.isArray(reply)) return { conflict: readRow(reply[1]) }
  const [outcome] = readWords(reply)
  if (outcome === 'replaced' || outcome === 'gone') return outcome
  throw unexpectedReply("Redis answered a 'replace' with something")
}

/** The answer of the script `touch`. */
export function readTouched(reply: unknown): TouchOutcome {
  const [outcome] = readWords(reply)
  if (outcome === 'touched' || outcome === 'gone' || outcome === 'conflict') return outcome
  throw unexpectedReply("Redis answered a 'touch' with something")
}

/** The answer of the script `remove`. */
export function readRemoved(reply: unknown): Row | null {
  return reply === null ? null : readRow(reply)
}

/** The answer of the script `list`: rows, and the handles that it left to further steps. */
export function readListed(
  reply: unknown,
  idIn: (handle: string) => SessionId,
): { rows: readonly IdentifiedRow[]; rest: readonly string[] } {
  const [found, rest]: unknown[] = Array.isArray(reply) ? reply : []
  if (!Array.isArray(found) || !Array.isArray(rest))
    throw unexpectedReply("Redis answered a 'list' with something")
  const words: unknown[] = found
  const rows = words.flatMap((word, index) =>
    index % 2 === 0 ? [{ id: idIn(String(word)), ...readRow(words[index + 1]) }] : [],
  )
  return { rows, rest: rest.map(String) }
}

/** The answer of the script `removeGroup`: how many it ended, and whether there are more. */
export function readEnded(reply: unknown): { count: number; hasMore: boolean } {
  const [count = Number.NaN, more] = readWords(reply).map(Number) // a client may be told to answer integers as strings
  if (Number.isSafeInteger(count)) return { count, hasMore: more === 1 }
  throw unexpectedReply("Redis answered a 'removeGroup' with something")
}

/** The answer of `SCAN`: where to go on, and the keys so far. */
export function readPage(reply: unknown): { cursor: string; keys: readonly string[] } {
  const [cursor, keys]: unknown[] = Array.isArray(reply) ? reply : []
  if (!Array.isArray(keys)) throw unexpectedReply("Redis answered a 'SCAN' with something")
  return { cursor: String(cursor), keys: keys.map(String) }
}

function readWords(reply: unknown): string[] {
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
