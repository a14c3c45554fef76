import type { ClientInfo, SessionId, SessionRecord, Verifier } from '../record/record.ts'
import type { Retirement } from '../record/retirement.ts'
import { createReader, createWriter, type Reader, type Writer } from './varint.ts'

/**
 * Returns a record as bytes, without its id. Fields follow one another in this order, numbers and texts encoded as
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
 *
 * A list is the number of its entries, then the entries: of `retired` the generation (number) and the time of each, of
 * `client` the key and the value as texts. `persistent` and `leaving` are flags only.
 *
 * The layout does not depend on the codec of the data. A new anonymous session takes 53 bytes.
 */
export function encodeRecord(record: SessionRecord): Buffer {
  const { createdAt, verifier, authenticatedAt, userId, client, stamp, epoch } = record
  const writer = createWriter()
  const time = (at: number) => writer.number(at, createdAt)
  writer.number(flagsOf(record))
  writer.number(createdAt)
  for (const at of [record.updatedAt, record.rotatedAt, record.absoluteExpiresAt]) time(at)
  for (const number of [record.maxAge, record.authority]) writer.number(number)
  writeVerifier(verifier, { writer, time })
  if (authenticatedAt !== undefined) time(authenticatedAt)
  if (userId !== undefined) writer.text(userId)
  if (client) writeClient(client, writer)
  if (stamp !== undefined) writer.text(stamp)
  if (epoch !== undefined) writer.text(epoch)
  return writer.bytes()
}

/**
 * Returns the record at the start of `bytes`, and the bytes after it.
 * @throws If the bytes are not a record, or end before it does.
 */
export function decodeRecord(
  id: SessionId,
  bytes: Buffer,
): { record: SessionRecord; rest: Buffer } {
  const reader = createReader(bytes)
  const has = readFlags(reader)
  const createdAt = checkFinite(reader.number())
  const number = () => checkFinite(reader.number())
  const time = () => checkFinite(reader.number(createdAt))
  const record = {
    id,
    createdAt,
    updatedAt: time(),
    rotatedAt: time(),
    absoluteExpiresAt: time(),
    maxAge: number(),
    authority: number(),
    persistent: has('persistent'),
    verifier: readVerifier({ reader, has, time }),
    ...(has('authenticatedAt') && { authenticatedAt: time() }),
    ...(has('userId') && { userId: reader.text() }),
    ...(has('client') && { client: readClient(reader) }),
    ...(has('stamp') && { stamp: reader.text() }),
    ...(has('epoch') && { epoch: reader.text() }),
    ...(has('leaving') && { leaving: true as const }),
  }
  return { record, rest: bytes.subarray(reader.offset()) }
}

/**
 * One bit each, from the lowest: set if the field is present, or true. The rare ones are last, because a one-byte
 * number holds only the first seven.
 */
const flags = [
  'persistent',
  'authenticatedAt',
  'userId',
  'client',
  'next',
  'salt',
  'previous',
  'graceUntil',
  'retired',
  'offeredAt',
  'loginSalt',
  'leaving',
  'stamp',
  'epoch',
] as const

type Flag = (typeof flags)[number]

function flagsOf(record: SessionRecord): number {
  const recordFields: Partial<Record<Flag, unknown>> = record
  const verifierFields: Partial<Record<Flag, unknown>> = record.verifier
  return flags.reduce((sum, flag, bit) => {
    const value = recordFields[flag] ?? verifierFields[flag] ?? false
    return value === false ? sum : sum + 2 ** bit
  }, 0)
}

function readFlags(reader: Reader): (flag: Flag) => boolean {
  const sum = reader.number()
  if (sum >= 2 ** flags.length) throw new RangeError('The record has fields that are not known')
  return (flag) => Math.floor(sum / 2 ** flags.indexOf(flag)) % 2 === 1
}

function writeVerifier(
  {
    generation,
    current,
    next,
    salt,
    previous,
    loginSalt,
    graceUntil,
    offeredAt,
    retired,
  }: Verifier,
  { writer, time }: { writer: Writer; time: (at: number) => void },
): void {
  writer.number(generation)
  for (const text of [current, next, salt, previous, loginSalt])
    if (text !== undefined) writer.text(text)
  for (const at of [graceUntil, offeredAt]) if (at !== undefined) time(at)
  if (!retired) return
  writer.number(retired.length)
  for (const retirement of retired) {
    writer.number(retirement.generation)
    time(retirement.at)
  }
}

function readVerifier({
  reader,
  has,
  time,
}: {
  reader: Reader
  has: (flag: Flag) => boolean
  time: () => number
}): Verifier {
  return {
    generation: checkFinite(reader.number()),
    current: reader.text(),
    ...(has('next') && { next: reader.text() }),
    ...(has('salt') && { salt: reader.text() }),
    ...(has('previous') && { previous: reader.text() }),
    ...(has('loginSalt') && { loginSalt: reader.text() }),
    ...(has('graceUntil') && { graceUntil: time() }),
    ...(has('offeredAt') && { offeredAt: time() }),
    ...(has('retired') && { retired: readRetired(reader, time) }),
  }
}

function readRetired(reader: Reader, time: () => number): Retirement[] {
  const entries: Retirement[] = []
  for (let left = reader.number(); left > 0; left--)
    entries.push({ generation: checkFinite(reader.number()), at: time() })
  return entries
}

function writeClient(client: ClientInfo, writer: Writer): void {
  const entries = Object.entries(client)
  writer.number(entries.length)
  for (const text of entries.flat()) writer.text(text)
}

function readClient(reader: Reader): ClientInfo {
  const entries: [string, string][] = []
  for (let left = reader.number(); left > 0; left--) entries.push([reader.text(), reader.text()])
  return Object.fromEntries(entries)
}

function checkFinite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new TypeError('The record has a time that is none')
}
