import { isDeepStrictEqual } from 'node:util'
import { type Codec, SessionUsageError } from '@sojourn/core'
import { jsonCodec } from '@sojourn/core/store'
import { msgpackCodec } from '@sojourn/store-redis'
import fc from 'fast-check'
import { expect, test } from 'vitest'

const key = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '$',
    'constructor',
    'toJSON',
    'hasOwnProperty',
    'prototype',
    'then',
    'length',
    '0',
    '\ud800',
  ),
)
const value = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withTypedArray: true,
  withSparseArray: true,
  withNullPrototype: true,
  withUnicodeString: true,
  key,
  values: [
    fc.anything({ key }),
    fc.string({ unit: 'binary' }),
    fc.double(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.constantFrom<unknown>(
      -0,
      2 ** 32,
      -(2 ** 31) - 1,
      new URL('http://a'),
      Symbol('s'),
      () => 1,
      /x/,
    ),
  ],
})

type Attempt = { readonly bytes: Uint8Array } | { readonly refusal: string }

function attempt(codec: Codec, given: unknown): Attempt {
  try {
    return { bytes: codec.encode(given) }
  } catch (error) {
    if (error instanceof SessionUsageError) return { refusal: error.message }
    throw error
  }
}

test('MessagePack keeps what JSON keeps, refuses what JSON refuses in the same words, and gives the same back', () => {
  const seen = { kept: 0, refused: 0 }
  fc.assert(
    fc.property(value, (given) => {
      const [packed, json] = [attempt(msgpackCodec, given), attempt(jsonCodec, given)]
      if ('refusal' in json) {
        expect(packed).toEqual(json)
        seen.refused++
      } else {
        const bytes = 'bytes' in packed ? packed.bytes : expect.fail(packed.refusal)
        const back = msgpackCodec.decode(bytes)
        expect(isDeepStrictEqual(back, jsonCodec.decode(json.bytes))).toBe(true)
        expect(Buffer.compare(msgpackCodec.encode(back), bytes)).toBe(0)
        seen.kept++
      }
    }),
    { numRuns: 2_000, seed: 20_300_101 },
  )
  expect(seen.kept).toBeGreaterThan(500)
  expect(seen.refused).toBeGreaterThan(100)
})

test.each([
  [
    'a cycle',
    () => {
      const loop: Record<string, unknown> = {}
      loop['in'] = loop
      return loop
    },
    'data.in is a cycle',
  ],
  [
    'an own __proto__',
    () => JSON.parse('{"a":{"__proto__":1}}') as unknown,
    "data.a.__proto__ is a key named '__proto__'",
  ],
  [
    'an instance of a class',
    () => ({ at: [new Error('no')] }),
    'data.at[0] is an instance of Error',
  ],
])('%s is refused with its path', (_title, make, message) => {
  expect(() => msgpackCodec.encode(make())).toThrow(message)
})

test('bytes are kept as bytes, and a session is shorter than in JSON', () => {
  expect(msgpackCodec.encode({ avatar: new Uint8Array(3_000) }).length).toBeLessThan(3_050)
  const cart = { userName: 'ann', theme: 'dark', cart: [{ sku: 'A-1042', price: 1999, count: 2 }] }
  expect(msgpackCodec.encode(cart).length / jsonCodec.encode(cart).length).toBeLessThan(0.85)
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a value and something after it', Buffer.from([1, 2])],
  ['half a value', Buffer.from([0x92, 1])],
  ['an unknown mark', Buffer.from(msgpackCodec.encode([['x']])).fill(0)],
])('%s is not read as data', (_title, bytes) => {
  expect(() => msgpackCodec.decode(bytes)).toThrow()
})
