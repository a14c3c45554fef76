import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { msgpackCodec } from '../src/msgpack-codec.ts'

/** Counts and numbers around which the form changes. */
const bounds = [0, 15, 16, 31, 32, 127, 128, 255, 256, 65_535, 65_536]
const numbers = [...bounds, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 0.1, 1e300]

const { encode, decode } = msgpackCodec

describe('what is written reads back to the same value, and is then written to the same bytes', () => {
  test.each<[string, unknown[]]>([
    ['numbers', [...numbers, ...numbers.map((n) => -n - 1)]],
    ['texts', bounds.flatMap((n) => ['x'.repeat(n), 'é'.repeat(n), `x${'😀'.repeat(n)}`])],
    ['bytes', bounds.map((n) => new Uint8Array(n).fill(n))],
    ['lists', bounds.map((n) => Array(n).fill(true))],
    [
      'objects',
      bounds.map((n) => Object.fromEntries(Array.from({ length: n }, (_, k) => [`k${k}`, null]))),
    ],
    ['a list of all', [[null, true, false, { a: { b: [] } }]]],
    ['what is nested as deep as data may be', [nested(99)]],
  ])('%s', (_name, values) => {
    for (const value of values) {
      const bytes = encode(value)
      expect(decode(bytes)).toEqual(value)
      expect(Buffer.compare(encode(decode(bytes)), bytes)).toBe(0)
    }
  })

  test('random values', () => {
    const value = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4, depthSize: 'medium' })
    fc.assert(
      fc.property(value, (given) => {
        const bytes = encode(given)
        expect(Buffer.compare(encode(decode(bytes)), bytes)).toBe(0)
      }),
      { numRuns: 500, seed: 20_300_101 },
    )
  })
})

test('what was written before keeps its bytes, however much is written after', () => {
  const first = encode({ text: 'first' })
  encode({ text: 'x'.repeat(2_000_000) })
  encode({ text: 'other' })
  expect(decode(first)).toEqual({ text: 'first' })
})

describe('what is no MessagePack of ours throws, and no message tells what was in it', () => {
  const canary = 'canary'
  const bytes = encode({
    [canary]: [canary, 1, true, Buffer.from(canary), canary.repeat(50)],
  })
  const object = (key: Uint8Array) => Buffer.concat([Buffer.from([0x81]), key, Buffer.from([1])])

  test.each<[string, readonly Uint8Array[]]>([
    ['cut off anywhere', Array.from(bytes.keys(), (end) => bytes.subarray(0, end))],
    ['with something after it', [Buffer.concat([bytes, bytes])]],
    ['of another type', [0xc1, 0xc7].map((code) => Buffer.alloc(20, code))],
    [
      'that claims four thousand million items',
      [0xdd, 0xdf].map((code) => Buffer.from([code, 255, 255, 255, 255])),
    ],
    ['with a key that is no text', [object(Buffer.from([1]))]],
    ['with a key __proto__', [object(encode('__proto__'))]],
  ])('%s', (_name, all) => {
    for (const wrong of all) {
      const reading = () => decode(wrong)
      expect(reading).toThrow()
      expect(reading).not.toThrow(canary)
    }
  })
})

function nested(depth: number): unknown {
  return depth === 0 ? new Date(0) : new Map([[depth, nested(depth - 1)]])
}
