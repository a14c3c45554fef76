import type { DeviceAlgorithm, DeviceBinding } from '../record/device-binding.ts'
import type { Factor } from '../record/factors.ts'
import type { Actor, SessionId, SessionRecord, Verifier } from '../record/record.ts'
import type { Retirement } from '../record/retirement.ts'
import type { Writable } from '../util/writable.ts'
import { Reader, type Writer } from './varint.ts'

/**
 * Writes a record, without its id. Fields follow one another in this order, numbers and texts encoded as
 * varint.ts describes:
 *
 * | field                                         | type    | present                                           |
 * |-----------------------------------------------|---------|---------------------------------------------------|
 * | flags                                         | number  | always; see `flags` below                         |
 * | `createdAt`                                   | number  | always; epoch ms, and the base of all other times |
 * | `updatedAt`, `rotatedAt`, `absoluteExpiresAt` | time    | always                                            |
 * | `maxAge`, `authority`                         | number  | always                                            |
 * | `verifier.generation`                         | number  | always                                            |
 * | `verifier.current`                            | text    | always                                            |
 * | `verifier.next`, `.salt`, `.previous`, `.loginSalt` | text    | if its flag is set                                |
 * | `verifier.graceUntil`, `.offeredAt`           | time    | if its flag is set                                |
 * | `verifier.retired`                            | list    | if its flag is set                                |
 * | `authenticatedAt`                             | time    | if its flag is set                                |
 * | `userId`                                      | text    | if its flag is set                                |
 * | `client`                                      | list    | if its flag is set                                |
 * | `stamp`                                       | text    | if its flag is set                                |
 * | `epoch`                                       | text    | if its flag is set                                |
 * | `factors`                                     | list    | if its flag is set                                |
 * | `actor.userId`, `actor.sessionId`             | text    | if its flag is set                                |
 * | `actor.authority`                             | number  | if its flag is set                                |
 * | `fingerprint`                                 | list    | if its flag is set                                |
 * | `dataVersion`                                 | number  | if its flag is set                                |
 * | `deviceBinding`                               | binding | if its flag is set                                |
 *
 * A list is the number of its entries, then the entries: of `retired` the generation (number) and the time of each, of
 * `client` and `fingerprint` the key and the value as texts, of `factors` the method (text) and the time. A binding
 * is the number of its algorithm, 0 for ES256 and 1 for RS256, plus 2 if it is confirmed; then `id` and `key` as texts, and `boundAt`,
 * `provedAt` and `challengedAt` as times. `persistent` and `leaving` are flags only.
 *
 * The layout does not depend on the codec of the data. A new anonymous session takes 53 bytes.
 */
export function writeRecord(writer: Writer, record: SessionRecord): void {
  const { createdAt, verifier, authenticatedAt, userId, client, stamp, epoch } = record
  const { factors, actor, fingerprint, dataVersion, deviceBinding } = record
  writer.number(flagsOf(record))
  writer.number(createdAt)
  writer.number(record.updatedAt, createdAt)
  writer.number(record.rotatedAt, createdAt)
  writer.number(record.absoluteExpiresAt, createdAt)
  writer.number(record.maxAge)
  writer.number(record.authority)
  writeVerifier(writer, verifier, createdAt)
  if (authenticatedAt !== undefined) writer.number(authenticatedAt, createdAt)
  if (userId !== undefined) writer.text(userId)
  if (client) writeTexts(writer, client)
  if (stamp !== undefined) writer.text(stamp)
  if (epoch !== undefined) writer.text(epoch)
  if (factors) writeFactors(writer, factors, createdAt)
  if (actor) writeActor(writer, actor)
  if (fingerprint) writeTexts(writer, fingerprint)
  if (dataVersion !== undefined) writer.number(dataVersion)
  if (deviceBinding) writeDeviceBinding(writer, deviceBinding, createdAt)
}

/**
 * Returns the record that begins at `offset`, and the bytes after it.
 * @throws If the bytes are not a record, or end before it does.
 */
export function decodeRecord(
  id: SessionId,
  bytes: Buffer,
  offset = 0,
): { record: SessionRecord; rest: Buffer } {
  const reader = new Reader(bytes, offset)
  const flags = reader.number()
  if (flags < 0 || flags >= lastFlag * 2)
    throw new RangeError('The record has fields that are not known')
  const createdAt = finite(reader.number())
  const record: Writable<SessionRecord> = {
    id,
    createdAt,
    updatedAt: finite(reader.number(createdAt)),
    rotatedAt: finite(reader.number(createdAt)),
    absoluteExpiresAt: finite(reader.number(createdAt)),
    maxAge: finite(reader.number()),
    authority: finite(reader.number()),
    persistent: (flags & flag.persistent) !== 0,
    verifier: readVerifier(reader, flags, createdAt),
  }
  if (flags & flag.authenticatedAt) record.authenticatedAt = finite(reader.number(createdAt))
  if (flags & flag.userId) record.userId = reader.text()
  if (flags & flag.client) record.client = readTexts(reader)
  if (flags & flag.stamp) record.stamp = reader.text()
  if (flags & flag.epoch) record.epoch = reader.text()
  if (flags & flag.factors) record.factors = readFactors(reader, createdAt)
  if (flags & flag.actor) record.actor = readActor(reader)
  if (flags & flag.fingerprint) record.fingerprint = readTexts(reader)
  if (flags & flag.dataVersion) record.dataVersion = finite(reader.number())
  if (flags & flag.deviceBinding) record.deviceBinding = readDeviceBinding(reader, createdAt)
  if (flags & flag.leaving) record.leaving = true
  return { record, rest: reader.rest() }
}

/**
 * One bit each: set if the field is present, or true. The rare ones are the highest, because a one-byte number holds only
 * the first seven.
 */
const flag = {
  persistent: 2 ** 0,
  authenticatedAt: 2 ** 1,
  userId: 2 ** 2,
  client: 2 ** 3,
  next: 2 ** 4,
  salt: 2 ** 5,
  previous: 2 ** 6,
  graceUntil: 2 ** 7,
  retired: 2 ** 8,
  offeredAt: 2 ** 9,
  loginSalt: 2 ** 10,
  leaving: 2 ** 11,
  stamp: 2 ** 12,
  epoch: 2 ** 13,
  factors: 2 ** 14,
  actor: 2 ** 15,
  fingerprint: 2 ** 16,
  dataVersion: 2 ** 17,
  deviceBinding: 2 ** 18,
} as const

const lastFlag = flag.deviceBinding

function flagsOf(record: SessionRecord): number {
  const { verifier } = record
  return (
    (record.persistent ? flag.persistent : 0) +
    (record.authenticatedAt === undefined ? 0 : flag.authenticatedAt) +
    (record.userId === undefined ? 0 : flag.userId) +
    (record.client === undefined ? 0 : flag.client) +
    (verifier.next === undefined ? 0 : flag.next) +
    (verifier.salt === undefined ? 0 : flag.salt) +
    (verifier.previous === undefined ? 0 : flag.previous) +
    (verifier.graceUntil === undefined ? 0 : flag.graceUntil) +
    (verifier.retired === undefined ? 0 : flag.retired) +
    (verifier.offeredAt === undefined ? 0 : flag.offeredAt) +
    (verifier.loginSalt === undefined ? 0 : flag.loginSalt) +
    (record.leaving ? flag.leaving : 0) +
    (record.stamp === undefined ? 0 : flag.stamp) +
    (record.epoch === undefined ? 0 : flag.epoch) +
    (record.factors === undefined ? 0 : flag.factors) +
    (record.actor === undefined ? 0 : flag.actor) +
    (record.fingerprint === undefined ? 0 : flag.fingerprint) +
    (record.dataVersion === undefined ? 0 : flag.dataVersion) +
    (record.deviceBinding === undefined ? 0 : flag.deviceBinding)
  )
}

function writeVerifier(writer: Writer, verifier: Verifier, createdAt: number): void {
  const { generation, current, next, salt, previous, loginSalt } = verifier
  const { graceUntil, offeredAt, retired } = verifier
  writer.number(generation)
  writer.text(current)
  if (next !== undefined) writer.text(next)
  if (salt !== undefined) writer.text(salt)
  if (previous !== undefined) writer.text(previous)
  if (loginSalt !== undefined) writer.text(loginSalt)
  if (graceUntil !== undefined) writer.number(graceUntil, createdAt)
  if (offeredAt !== undefined) writer.number(offeredAt, createdAt)
  if (!retired) return
  writer.number(retired.length)
  for (const retirement of retired) {
    writer.number(retirement.generation)
    writer.number(retirement.at, createdAt)
  }
}

function readVerifier(reader: Reader, flags: number, createdAt: number): Verifier {
  const verifier: Writable<Verifier> = {
    generation: finite(reader.number()),
    current: reader.text(),
  }
  if (flags & flag.next) verifier.next = reader.text()
  if (flags & flag.salt) verifier.salt = reader.text()
  if (flags & flag.previous) verifier.previous = reader.text()
  if (flags & flag.loginSalt) verifier.loginSalt = reader.text()
  if (flags & flag.graceUntil) verifier.graceUntil = finite(reader.number(createdAt))
  if (flags & flag.offeredAt) verifier.offeredAt = finite(reader.number(createdAt))
  if (flags & flag.retired) verifier.retired = readRetired(reader, createdAt)
  return verifier
}

function readRetired(reader: Reader, createdAt: number): Retirement[] {
  const entries: Retirement[] = []
  for (let left = reader.number(); left > 0; left--)
    entries.push({
      generation: finite(reader.number()),
      at: finite(reader.number(createdAt)),
    })
  return entries
}

function writeFactors(writer: Writer, factors: readonly Factor[], createdAt: number): void {
  writer.number(factors.length)
  for (const { method, at } of factors) {
    writer.text(method)
    writer.number(at, createdAt)
  }
}

function readFactors(reader: Reader, createdAt: number): Factor[] {
  const factors: Factor[] = []
  for (let left = reader.number(); left > 0; left--)
    factors.push({ method: reader.text(), at: finite(reader.number(createdAt)) })
  return factors
}

function writeActor(writer: Writer, { userId, sessionId, authority }: Actor): void {
  writer.text(userId)
  writer.text(sessionId)
  writer.number(authority)
}

function readActor(reader: Reader): Actor {
  return {
    userId: reader.text(),
    sessionId: reader.text(),
    authority: finite(reader.number()),
  }
}

function writeDeviceBinding(writer: Writer, binding: DeviceBinding, createdAt: number): void {
  const { id, key, algorithm, isConfirmed } = binding
  writer.number(deviceAlgorithms.indexOf(algorithm) + (isConfirmed ? deviceAlgorithms.length : 0))
  writer.text(id)
  writer.text(key)
  writer.number(binding.boundAt, createdAt)
  writer.number(binding.provedAt, createdAt)
  writer.number(binding.challengedAt, createdAt)
}

function readDeviceBinding(reader: Reader, createdAt: number): DeviceBinding {
  const kind = reader.number()
  const algorithm = deviceAlgorithms[kind % deviceAlgorithms.length]
  if (!algorithm) throw new TypeError('The record has a device binding of an unknown kind')
  const binding: Writable<DeviceBinding> = {
    id: reader.text(),
    key: reader.text(),
    algorithm,
    boundAt: finite(reader.number(createdAt)),
    provedAt: finite(reader.number(createdAt)),
    challengedAt: finite(reader.number(createdAt)),
  }
  if (kind >= deviceAlgorithms.length) binding.isConfirmed = true
  return binding
}

/** The index of an algorithm is stored. */
const deviceAlgorithms: readonly DeviceAlgorithm[] = ['ES256', 'RS256']

function writeTexts(writer: Writer, texts: Readonly<Record<string, string>>): void {
  const entries = Object.entries(texts)
  writer.number(entries.length)
  for (const text of entries.flat()) writer.text(text)
}

function readTexts(reader: Reader): Readonly<Record<string, string>> {
  const entries: [string, string][] = []
  for (let left = reader.number(); left > 0; left--) entries.push([reader.text(), reader.text()])
  return Object.fromEntries(entries)
}

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new TypeError('The record has a number that is none')
}
