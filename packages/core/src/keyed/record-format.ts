import type { ClientInfo, SessionId, SessionRecord, Verifier } from '../record/record.ts'
import { createReader, createWriter, type Reader, type Writer } from './varint.ts'

/**
 * A record without its id, as compact.ts writes numbers and texts:
 *
 * | field                                                          | is                                           |
 * |----------------------------------------------------------------|----------------------------------------------|
 * | flags                                                          | which of the fields that may be absent, are  |
 * | `createdAt`                                                    | what the other times are told from           |
 * | `updatedAt`, `rotatedAt`, `absoluteExpiresAt`                  | times                                        |
 * | `maxAge`, `authority`                                          | numbers                                      |
 * | `current`, then `next`, `salt`, `previous`, `graceUntil`       | the verifier; all but the first may be absent |
 * | `authenticatedAt`, `userId`, `client`                          | may be absent; `client` as its entries       |
 *
 * It is the same whatever codec writes the data, and takes 52 bytes for a new anonymous session.
 */
export function encodeRecord(record: SessionRecord): Buffer {
  const { createdAt, verifier, authenticatedAt, userId, client } = record
  const writer = createWriter()
  const time = (at: number) => writer.number(at, createdAt)
  writer.number(flagsOf(record))
  writer.number(createdAt)
  for (const at of [record.updatedAt, record.rotatedAt, record.absoluteExpiresAt]) time(at)
  for (const number of [record.maxAge, record.authority]) writer.number(number)
  writer.text(verifier.current)
  for (const text of [verifier.next, verifier.salt, verifier.previous])
    if (text !== undefined) writer.text(text)
  for (const at of [verifier.graceUntil, authenticatedAt]) if (at !== undefined) time(at)
  if (userId !== undefined) writer.text(userId)
  if (client) writeClient(client, writer)
  return writer.bytes()
}

/** The record at the beginning of the bytes, and what follows it. Throws on bytes that begin with none. */
export function decodeRecord(
  id: SessionId,
  bytes: Buffer,
): { record: SessionRecord; rest: Buffer } {
  const reader = createReader(bytes)
  const has = readFlags(reader)
  const createdAt = finite(reader.number())
  const number = () => finite(reader.number())
  const time = () => finite(reader.number(createdAt))
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
    ...(has('leaving') && { leaving: true as const }),
  }
  return { record, rest: bytes.subarray(reader.offset()) }
}

/** Bit by bit; the rare ones last, because seven fit in a byte. */
const flags = [
  'persistent',
  'authenticatedAt',
  'userId',
  'client',
  'next',
  'salt',
  'previous',
  'graceUntil',
  'leaving',
] as const

type Flag = (typeof flags)[number]

function flagsOf(record: SessionRecord): number {
  const all: Partial<Record<Flag, unknown>> = record
  const secrets: Partial<Record<Flag, unknown>> = record.verifier
  return flags.reduce((sum, flag, bit) => {
    const value = all[flag] ?? secrets[flag] ?? false
    return value === false ? sum : sum + 2 ** bit
  }, 0)
}

function readFlags(reader: Reader): (flag: Flag) => boolean {
  const sum = reader.number()
  if (sum >= 2 ** flags.length) throw new RangeError('The record has fields that are not known')
  return (flag) => Math.floor(sum / 2 ** flags.indexOf(flag)) % 2 === 1
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
    current: reader.text(),
    ...(has('next') && { next: reader.text() }),
    ...(has('salt') && { salt: reader.text() }),
    ...(has('previous') && { previous: reader.text() }),
    ...(has('graceUntil') && { graceUntil: time() }),
  }
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

function finite(value: number): number {
  if (Number.isFinite(value)) return value
  throw new TypeError('The record has a time that is none')
}
