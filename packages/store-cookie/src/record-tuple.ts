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
  ...rare: (true | null | string)[], // none; or `leaving`; or `leaving` or null, and `stamp`
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
    ...rareFields(record),
  ]
}

function rareFields({ leaving, stamp }: SessionRecord): (true | null | string)[] {
  if (stamp !== undefined) return [leaving ?? null, stamp]
  return leaving ? [leaving] : []
}

/**
 * Converts a tuple to a record.
 * @throws TypeError if a field has the wrong type.
 */
export function fromTuple(id: SessionId, tuple: unknown): SessionRecord {
  if (!isRecordTuple(tuple)) throw new TypeError('The record has fields of wrong types')
  const [createdAt, updatedAt, rotatedAt, absoluteExpiresAt, maxAge, authority] = tuple
  const [, , , , , , persistent, authenticatedAt, userId, client, leaving, stamp] = tuple
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
    ...(leaving === true ? { leaving } : {}),
    ...(typeof stamp === 'string' ? { stamp } : {}),
  }
}

function isRecordTuple(tuple: unknown): tuple is RecordTuple {
  if (!Array.isArray(tuple) || tuple.length < 10 || tuple.length > 12) return false
  const [persistent, authenticatedAt, userId, client, leaving, stamp]: unknown[] = tuple.slice(6)
  return (
    tuple.slice(0, 6).every(Number.isFinite) &&
    typeof persistent === 'boolean' &&
    (authenticatedAt === null || Number.isFinite(authenticatedAt)) &&
    (userId === null || typeof userId === 'string') &&
    (client === null || typeof client === 'object') &&
    (leaving === true || (leaving === null ? tuple.length === 12 : leaving === undefined)) &&
    (stamp === undefined || typeof stamp === 'string')
  )
}
