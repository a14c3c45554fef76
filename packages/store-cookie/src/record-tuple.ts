import type { ClientInfo, Factor, SessionId } from '@sojourn/core'
import type { Actor, SessionRecord, Verifier } from '@sojourn/core/store'

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
  ...rare: (SessionRecord[RareField] | null)[], // those of `rareFields`, each or null; the last is not null
]

/** The fields that most records do not have, in the order of a tuple, and how a value is checked. New ones come last. */
const rareFields = [
  ['leaving', (value: unknown) => value === true],
  ['stamp', isText],
  ['epoch', isText],
  ['factors', isFactors],
  ['actor', isActor],
  ['fingerprint', isTexts],
  ['dataVersion', Number.isFinite],
] as const satisfies (readonly [keyof SessionRecord, (value: unknown) => boolean])[]

type RareField = (typeof rareFields)[number][0]

const noSecret: Verifier = { current: '', generation: 1 }

/** Converts a record to a tuple. */
export function toTuple(record: SessionRecord): RecordTuple {
  const length = 1 + rareFields.findLastIndex(([field]) => record[field] !== undefined)
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
    ...rareFields.slice(0, length).map(([field]) => record[field] ?? null),
  ]
}

/**
 * Converts a tuple to a record.
 * @throws TypeError if a field has the wrong type.
 */
export function fromTuple(id: SessionId, tuple: unknown): SessionRecord {
  if (!isRecordTuple(tuple)) throw new TypeError('The record has fields of wrong types')
  const [createdAt, updatedAt, rotatedAt, absoluteExpiresAt, maxAge, authority] = tuple
  const [, , , , , , persistent, authenticatedAt, userId, client, ...rare] = tuple
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
  for (const [index, [field]] of rareFields.slice(0, rare.length).entries())
    if (rare[index] !== null) Object.assign(record, { [field]: rare[index] })
  return record
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

function isRecordTuple(tuple: unknown): tuple is RecordTuple {
  if (!Array.isArray(tuple) || tuple.length < 10) return false
  const [persistent, authenticatedAt, userId, client, ...rare]: unknown[] = tuple.slice(6)
  return (
    tuple.slice(0, 6).every(Number.isFinite) &&
    typeof persistent === 'boolean' &&
    (authenticatedAt === null || Number.isFinite(authenticatedAt)) &&
    (userId === null || isText(userId)) &&
    (client === null || typeof client === 'object') &&
    rare.at(-1) !== null &&
    rare.every((value, index) => value === null || rareFields[index]?.[1](value))
  )
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isObject(value) && Object.values(value).every(isText)
}

function isFactors(value: unknown): value is readonly Factor[] {
  return (
    Array.isArray(value) &&
    value.every((each) => isObject(each) && isText(each['method']) && Number.isFinite(each['at']))
  )
}

function isActor(value: unknown): value is Actor {
  return (
    isObject(value) &&
    isText(value['userId']) &&
    isText(value['sessionId']) &&
    Number.isFinite(value['authority'])
  )
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
