import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeRecord, writeRecord } from '../../src/keyed/record-format.ts'
import { Writer } from '../../src/keyed/varint.ts'
import { createRecord, type SessionRecord } from '../../src/record/record.ts'
import { hashSecret, mintSalt, mintSecret } from '../../src/record/token.ts'
import { mintId } from '../contexts.ts'

const seed = 20_300_101
const t0 = Date.UTC(2030, 0, 1)
const day = 86_400_000
const id = mintId()
const fresh = createRecord({
  id,
  secretHash: hashSecret(mintSecret()),
  at: t0,
  maxAge: day,
  absoluteTimeout: 30 * day,
  persistent: true,
})

function encodeRecord(record: SessionRecord): Buffer {
  const writer = new Writer()
  writeRecord(writer, record)
  return writer.bytes()
}

const number = fc.oneof(
  fc.integer({ min: t0, max: t0 + 90 * day }),
  fc.maxSafeInteger(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const text = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.base64String(),
  fc.constantFrom('', 'ann', '__proto__', '\ud800', '\udc00x', mintSalt()),
)
const verifier = fc.record(
  {
    current: text,
    generation: number,
    next: text,
    salt: text,
    previous: text,
    graceUntil: number,
    offeredAt: number,
    retired: fc.array(fc.record({ generation: number, at: number }, { noNullPrototype: true })),
  },
  { requiredKeys: ['current', 'generation'], noNullPrototype: true },
)
const record: fc.Arbitrary<SessionRecord> = fc.record(
  {
    id: fc.constant(id),
    createdAt: number,
    updatedAt: number,
    rotatedAt: number,
    absoluteExpiresAt: number,
    maxAge: number,
    authority: number,
    persistent: fc.boolean(),
    verifier,
    authenticatedAt: number,
    userId: text,
    client: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
    stamp: text,
    leaving: fc.constant(true as const),
    epoch: text,
    factors: fc.array(fc.record({ method: text, at: number }, { noNullPrototype: true })),
    actor: fc.record(
      { userId: text, sessionId: text, authority: number },
      { noNullPrototype: true },
    ),
    fingerprint: fc.dictionary(text, text, { maxKeys: 4, noNullPrototype: true }),
    dataVersion: number,
    deviceBinding: fc.record(
      {
        id: text,
        key: text,
        algorithm: fc.constantFrom('ES256', 'RS256'),
        boundAt: number,
        provedAt: number,
        challengedAt: number,
        isConfirmed: fc.constant(true as const),
      },
      {
        requiredKeys: ['id', 'key', 'algorithm', 'boundAt', 'provedAt', 'challengedAt'],
        noNullPrototype: true,
      },
    ),
  },
  {
    noNullPrototype: true,
    requiredKeys: [
      'id',
      'createdAt',
      'updatedAt',
      'rotatedAt',
      'absoluteExpiresAt',
      'maxAge',
      'authority',
      'persistent',
      'verifier',
    ],
  },
)

test('a record comes back as it was, with whatever follows it', () => {
  fc.assert(
    fc.property(record, fc.uint8Array(), (given, rest) => {
      const bytes = Buffer.concat([encodeRecord(given), rest])
      expect(decodeRecord(id, bytes)).toStrictEqual({ record: given, rest: Buffer.from(rest) })
    }),
    { seed },
  )
})

test('a record that is cut off anywhere is none', () => {
  fc.assert(
    fc.property(record, fc.nat(), (given, at) => {
      const bytes = encodeRecord(given)
      const cut = bytes.subarray(0, at % bytes.length)
      expect(() => decodeRecord(id, cut)).toThrow('The bytes end too early')
    }),
    { seed },
  )
})

test('noise is no record, or one with finite times, and never a loop or another kind of error', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      try {
        expect(decodeRecord(id, Buffer.from(noise)).record.createdAt).toBeTypeOf('number')
      } catch (error) {
        expect(error).toSatisfy(
          (thrown) => thrown instanceof RangeError || thrown instanceof TypeError,
        )
      }
    }),
    { seed },
  )
})

test('a flag of a later version is refused, because its field is not known', () => {
  const writer = new Writer()
  writer.number(2 ** 19)
  expect(() => decodeRecord(id, writer.bytes())).toThrow('fields that are not known')
})

test.each([
  { updatedAt: Number.NaN },
  { factors: [{ method: 'password', at: Number.POSITIVE_INFINITY }] },
  { dataVersion: Number.NaN },
])('a number that is none is refused: %j', (fields) => {
  expect(() => decodeRecord(id, encodeRecord({ ...fresh, ...fields }))).toThrow(
    'a number that is none',
  )
})

test.each([
  ['a new anonymous session', fresh, 53],
  ['a login', { ...fresh, userId: 'user-1234', authenticatedAt: t0 }, 64],
  ['a login by a password', { ...fresh, factors: [{ method: 'password', at: t0 }] }, 64],
])('the record of %s takes few bytes', (_, given, length) => {
  expect(encodeRecord(given).length).toBe(length)
})
