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
  ...rare: (true | null | string)[], // `leaving`, `stamp` and `epoch`, each or null; none at the end is null
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

/** Returns the fields that most records do not have, without those at the end that are absent. */
function rareFields({ leaving, stamp, epoch }: SessionRecord): (true | null | string)[] {
  if (epoch !== undefined) return [leaving ?? null, stamp ?? null, epoch]
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
  const [, , , , , , persistent, authenticatedAt, userId, client, leaving, stamp, epoch] = tuple
  const record: Mutable<SessionRecord> = {
    id,
    createdAt,
    updatedAt,
    rotatedAt,
    absoluteExpiresAt,
    maxAge,
    authority,
    persistent,
    verifier: noSecret,
  }
  if (authenticatedAt !== null) record.authenticatedAt = authenticatedAt
  if (userId !== null) record.userId = userId
  if (client !== null) record.client = client
  if (leaving === true) record.leaving = leaving
  if (typeof stamp === 'string') record.stamp = stamp
  if (typeof epoch === 'string') record.epoch = epoch
  return record
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

function isRecordTuple(tuple: unknown): tuple is RecordTuple {
  if (!Array.isArray(tuple) || tuple.length < 10 || tuple.length > 13) return false
  const [persistent, authenticatedAt, userId, client, ...rare]: unknown[] = tuple.slice(6)
  const [leaving = null, stamp = null, epoch = null] = rare
  return (
    tuple.slice(0, 6).every(Number.isFinite) &&
    typeof persistent === 'boolean' &&
    (authenticatedAt === null || Number.isFinite(authenticatedAt)) &&
    (userId === null || typeof userId === 'string') &&
    (client === null || typeof client === 'object') &&
    (leaving === null || leaving === true) &&
    (stamp === null || typeof stamp === 'string') &&
    (epoch === null || typeof epoch === 'string') &&
    rare.at(-1) !== null
  )
}
