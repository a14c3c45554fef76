import type { ClientInfo, SessionId } from '@sojourn/core'
import type { SessionRecord, Verifier } from '@sojourn/core/store'

/**
 * A record without its id, as stored in a token: a JSON array, because field names would take space. It has no verifier:
 * the seal authenticates the session, so there is no secret to compare.
 */
export type RecordTuple = readonly [
  createdAt: number,
  updatedAt: number,
  rotatedAt: number,
  absoluteExpiresAt: number,
  maxAge: number,
  authority: number,
  persistent: boolean,
  authenticatedAt: number | null,
  userId: string | null,
  client: ClientInfo | null,
  ...leaving: true[], // at most one; usually none
]

const noSecret: Verifier = { current: '', generation: 1 }

/** Converts a record to a tuple. */
export function toTuple(record: SessionRecord): RecordTuple {
  return [
    record.createdAt,
    record.updatedAt,
    record.rotatedAt,
    record.absoluteExpiresAt,
    record.maxAge,
    record.authority,
    record.persistent,
    record.authenticatedAt ?? null,
    record.userId ?? null,
    record.client ?? null,
    ...(record.leaving ? [true as const] : []),
  ]
}

/**
 * Converts a tuple to a record.
 * @throws TypeError if a field has the wrong type.
 */
export function fromTuple(id: SessionId, tuple: unknown): SessionRecord {
  if (!isRecordTuple(tuple)) throw new TypeError('The record has fields of wrong types')
  const [createdAt, updatedAt, rotatedAt, absoluteExpiresAt, maxAge, authority] = tuple
  const [, , , , , , persistent, authenticatedAt, userId, client, leaving] = tuple
  return {
    id,
    createdAt,
    updatedAt,
    rotatedAt,
    absoluteExpiresAt,
    maxAge,
    authority,
    persistent,
    verifier: noSecret,
    ...(authenticatedAt === null ? {} : { authenticatedAt }),
    ...(userId === null ? {} : { userId }),
    ...(client === null ? {} : { client }),
    ...(leaving ? { leaving } : {}),
  }
}

function isRecordTuple(tuple: unknown): tuple is RecordTuple {
  if (!Array.isArray(tuple) || tuple.length < 10 || tuple.length > 11) return false
  const [persistent, authenticatedAt, userId, client, leaving]: unknown[] = tuple.slice(6)
  return (
    tuple.slice(0, 6).every(Number.isFinite) &&
    typeof persistent === 'boolean' &&
    (authenticatedAt === null || Number.isFinite(authenticatedAt)) &&
    (userId === null || typeof userId === 'string') &&
    (client === null || typeof client === 'object') &&
    (leaving === undefined || leaving === true)
  )
}
