import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'

const roundTrip = (value: unknown) => jsonCodec.decode(jsonCodec.encode(value))
const nested = (depth: number): unknown => (depth === 0 ? 1 : { in: nested(depth - 1) })

/** What every codec keeps; the same table serves the codecs of the stores. */
const kept: Record<string, unknown> = {
  'a string with a lone surrogate': { text: 'a\ud800b' },
  'NaN, infinities and −0': [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0],
  null: { nothing: null },
  undefined: { nothing: undefined, list: [undefined, 1] },
  'a Date': { at: new Date(1_795_237_119_610) },
  'an invalid Date': { at: new Date(Number.NaN) },
  'a Map with odd keys': new Map<unknown, unknown>([
    [1, 'one'],
    ['1', 'string'],
    [Number.NaN, new Set([1])],
    [{ a: 1 }, undefined],
  ]),
  'a Set': new Set(['a', 1, null, undefined, 1n]),
  'a BigInt': { big: -(2n ** 80n) },
  'every typed array': [
    new Uint8Array([0, 127, 255]),
    new Int8Array([-1]),
    new Uint8ClampedArray([300]),
    new Uint16Array([65_535]),
    new Int16Array([-1]),
    new Uint32Array([2 ** 32 - 1]),
    new Int32Array([-1]),
    new Float32Array([0.5]),
    new Float64Array([Math.PI, Number.NaN]),
    new BigInt64Array([-1n]),
    new BigUint64Array([2n ** 64n - 1n]),
    new Uint8Array(0),
  ],
  'a key named $': { $: 'Date', v: 5, inner: { $: { $: 1 } } },
  'keys that name members of Object': { constructor: 1, prototype: 2, hasOwnProperty: 3 },
  'an empty key': { '': { '': 1 } },
  'depth up to the bound': nested(98),
}

describe('jsonCodec keeps', () => {
  test.each(Object.entries(kept))('%s', (_title, value) => {
    expect(roundTrip(value)).toEqual(value)
    const bytes = jsonCodec.encode(value)
    expect(jsonCodec.encode(jsonCodec.decode(bytes))).toEqual(bytes)
  })

  test('a Buffer as its bytes, a null prototype as a plain object', () => {
    expect(roundTrip(Buffer.from('hello').subarray(1, 3))).toEqual(new Uint8Array([101, 108]))
    expect(roundTrip(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 })
  })

  test('whatever it can encode: decoding gives an equal value, and encoding that gives the same bytes', () => {
    const value = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withNullPrototype: false,
      key: fc.string().filter((key) => key !== '__proto__'),
    })
    fc.assert(
      fc.property(value, (given) => {
        const bytes = jsonCodec.encode(given)
        const back = jsonCodec.decode(bytes)
        expect(back).toEqual(given)
        expect(jsonCodec.encode(back)).toEqual(bytes)
      }),
      { numRuns: 2_000, seed: 20_300_101 },
    )
  })
})

describe('jsonCodec refuses, and names the path of', () => {
  class Cart {}
  class PublicKey extends Uint8Array {}
  const cycle: { self?: unknown } = {}
  cycle.self = cycle
  const refused: [string, unknown, string][] = [
    ['a function', { cart: [{ total: () => 1 }] }, 'data.cart[0].total is a function'],
    ['a symbol', { kind: Symbol('x') }, 'data.kind is a symbol'],
    ['an instance of a class', { cart: new Cart() }, 'data.cart is an instance of Cart'],
    ['an Error', [new Error('x')], 'data[0] is an instance of Error'],
    [
      'an array with holes',
      { list: Object.assign([], { 30000000: 1 }) },
      'data.list is an array with holes',
    ],
    [
      'a subclass of a typed array',
      { key: new PublicKey(2) },
      'data.key is an instance of PublicKey',
    ],
    ['a promise', { user: Promise.resolve() }, 'data.user is an instance of Promise'],
    ['a cycle', cycle, 'data.self is a cycle'],
    ['nesting beyond the bound', nested(200), 'nested more than 100 deep'],
    [
      'a key named __proto__',
      JSON.parse('{"a":{"__proto__":{"isAdmin":true}}}'),
      'data.a.__proto__ is a key',
    ],
    [
      'a foreign prototype',
      { user: Object.create({ isAdmin: true }) },
      'data.user is an instance of',
    ],
    ['a function in a Map', new Map([['k', () => 1]]), 'data[0] is a function'],
  ]
  test.each(refused)('%s', (_title, value, message) => {
    expect(() => jsonCodec.encode(value)).toThrow(
      expect.objectContaining({ code: 'ERR_SESSION_NOT_ENCODABLE' }),
    )
    expect(() => jsonCodec.encode(value)).toThrow(message)
  })
})

describe('jsonCodec does not decode', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  test.each([
    '',
    '{',
    '{"a":{"__proto__":{"isAdmin":true}}}',
    '{"\\u005f_proto__":1}',
    '{"$":"Function","v":"x"}',
    '{"$":"Map","v":"x"}',
    '{"$":"Set"}',
    '{"$":1}',
    '{"$":"Uint16Array","v":"AA=="}',
    '{"$":"constructor","v":"x"}',
    '{"$":"Object","v":[["__proto__",1]]}',
  ])('%s', (text) => {
    expect(() => jsonCodec.decode(bytes(text))).toThrow()
  })

  test('bytes that are not UTF-8', () => {
    expect(() => jsonCodec.decode(new Uint8Array([34, 255, 34]))).toThrow()
  })
})

describe('a key of a stored object is seen, however JSON writes it', () => {
  test.each([
    ['{"at":{"$":"Date","v":0}}', { at: new Date(0) }],
    ['{"at":{"\\u0024":"Date","v":0}}', { at: new Date(0) }],
    ['{"at":{ "$" : "Date","v":0}}', { at: new Date(0) }],
  ])('%s is tagged', (text, value) => {
    expect(jsonCodec.decode(Buffer.from(text))).toEqual(value)
  })

  test.each([
    '{"__proto__":{"isAdmin":true}}',
    '{"in":[{"__proto__":1}]}',
    '{"\\u005f_proto__":{"isAdmin":true}}',
  ])('%s is refused', (text) => {
    expect(() => jsonCodec.decode(Buffer.from(text))).toThrow("a key named '__proto__'")
  })

  test('and a text that only looks like one changes nothing', () => {
    const value = { price: '"$"', note: '__proto__', path: 'C:\\users' }
    expect(roundTrip(value)).toEqual(value)
  })
})
