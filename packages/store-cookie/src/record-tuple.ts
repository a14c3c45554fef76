import type { ClientInfo, SessionId } from '@sojourn/core'
import type { SessionRecord, Verifier } from '@sojourn/core/store'

/** A record without its id, as stored in a token: a JSON array, because field names would take space. */
export type RecordTuple = readonly [
  createdAt: number,
  updatedAt: number,
  rotatedAt: number,
  absoluteExpiresAt: number,
  maxAge: number,
  authority: number,
  persistent: boolean,
  verifier: VerifierTuple,
  authenticatedAt: number | null,
  userId: string | null,
  client: ClientInfo | null,
  ...leaving: true[], // at most one; usually none
]

type VerifierTuple = readonly [
  current: string,
  next: string | null,
  salt: string | null,
  previous: string | null,
  graceUntil: number | null,
]

/** Converts a record to a tuple. */
export function toTuple(record: SessionRecord): RecordTuple {
  const { current, next, salt, previous, graceUntil } = record.verifier
  return [
    record.createdAt,
    record.updatedAt,
    record.rotatedAt,
    record.absoluteExpiresAt,
    record.maxAge,
    record.authority,
    record.persistent,
    [current, next ?? null, salt ?? null, previous ?? null, graceUntil ?? null],
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
  const [, , , , , , persistent, verifier, authenticatedAt, userId, client, leaving] = tuple
  return {
    id,
    createdAt,
    updatedAt,
    rotatedAt,
    absoluteExpiresAt,
    maxAge,
    authority,
    persistent,
    verifier: toVerifier(verifier),
    ...(authenticatedAt === null ? {} : { authenticatedAt }),
    ...(userId === null ? {} : { userId }),
    ...(client === null ? {} : { client }),
    ...(leaving ? { leaving } : {}),
  }
}

function toVerifier([current, next, salt, previous, graceUntil]: VerifierTuple): Verifier {
  return {
    current,
    ...(next === null ? {} : { next }),
    ...(salt === null ? {} : { salt }),
    ...(previous === null ? {} : { previous }),
    ...(graceUntil === null ? {} : { graceUntil }),
  }
}

function isRecordTuple(tuple: unknown): tuple is RecordTuple {
  if (!Array.isArray(tuple) || tuple.length < 11 || tuple.length > 12) return false
  const [persistent, verifier, authenticatedAt, userId, client, leaving]: unknown[] = tuple.slice(6)
  return (
    tuple.slice(0, 6).every(Number.isFinite) &&
    typeof persistent === 'boolean' &&
    isVerifierTuple(verifier) &&
    (authenticatedAt === null || Number.isFinite(authenticatedAt)) &&
    (userId === null || typeof userId === 'string') &&
    (client === null || typeof client === 'object') &&
    (leaving === undefined || leaving === true)
  )
}

function isVerifierTuple(tuple: unknown): tuple is VerifierTuple {
  if (!Array.isArray(tuple) || tuple.length !== 5) return false
  const [current, next, salt, previous, graceUntil]: unknown[] = tuple
  return (
    typeof current === 'string' &&
    [next, salt, previous].every((text) => text === null || typeof text === 'string') &&
    (graceUntil === null || Number.isFinite(graceUntil))
  )
}
