import fc from 'fast-check'
import { Packr } from 'msgpackr'
import { describe, expect, test } from 'vitest'
import { readMsgpack } from '../src/read-msgpack.ts'
import { writeMsgpack } from '../src/write-msgpack.ts'

/** The library that wrote sessions before. It stays the standard for our bytes, and no longer comes with the package. */
const packr = new Packr({ useRecords: false, variableMapSize: true, useToJSON: false })

/** Counts and numbers around which the form changes. */
const bounds = [0, 15, 16, 31, 32, 127, 128, 255, 256, 65_535, 65_536]
const numbers = [...bounds, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 0.1, 1e300]

describe('the bytes are those of msgpackr, and read back to the same', () => {
  test.each<[string, unknown[]]>([
    ['numbers', [...numbers, ...numbers.map((n) => -n - 1)]],
    ['texts', bounds.flatMap((n) => ['x'.repeat(n), 'é'.repeat(n), `x${'😀'.repeat(n)}`])],
    ['bytes', bounds.map((n) => Buffer.alloc(n, n))],
    ['lists', bounds.map((n) => Array(n).fill(true))],
    [
      'objects',
      bounds.map((n) => Object.fromEntries(Array.from({ length: n }, (_, k) => [`k${k}`, null]))),
    ],
    ['a list of all', [[null, true, false, { a: { b: [] } }]]],
  ])('%s', (_name, values) => {
    for (const value of values) {
      const bytes = writeMsgpack(value)
      expect(Buffer.compare(bytes, packr.pack(value))).toBe(0)
      expect(readMsgpack(bytes)).toEqual(value)
    }
  })

  test('random values', () => {
    const value = fc.jsonValue({ stringUnit: 'binary', maxDepth: 4, depthSize: 'medium' })
    fc.assert(
      fc.property(value, (given) => {
        const wellFormed: unknown = JSON.parse(JSON.stringify(given).toWellFormed())
        const bytes = writeMsgpack(wellFormed)
        expect(Buffer.compare(bytes, packr.pack(wellFormed))).toBe(0)
        expect(Buffer.compare(writeMsgpack(readMsgpack(bytes)), bytes)).toBe(0)
      }),
      { numRuns: 500, seed: 20_300_101 },
    )
  })
})

test('what was written before keeps its bytes, however much is written after', () => {
  const first = writeMsgpack({ text: 'first' })
  writeMsgpack({ text: 'x'.repeat(2_000_000) })
  writeMsgpack({ text: 'other' })
  expect(readMsgpack(first)).toEqual({ text: 'first' })
})

describe('what is no MessagePack of ours throws, and no message tells what was in it', () => {
  const canary = 'canary'
  const bytes = writeMsgpack({
    [canary]: [canary, 1, true, Buffer.from(canary), canary.repeat(50)],
  })
  const object = (key: Buffer) => Buffer.concat([Buffer.from([0x81]), key, Buffer.from([1])])

  test.each<[string, readonly Uint8Array[]]>([
    ['cut off anywhere', Array.from(bytes.keys(), (end) => bytes.subarray(0, end))],
    ['with something after it', [Buffer.concat([bytes, bytes])]],
    ['of another type', [0xc1, 0xc7, 0xca, 0xcf, 0xd3, 0xd4].map((code) => Buffer.alloc(20, code))],
    [
      'that claims four thousand million items',
      [0xdd, 0xdf].map((code) => Buffer.from([code, 255, 255, 255, 255])),
    ],
    ['with a key that is no text', [object(Buffer.from([1]))]],
    ['with a key __proto__', [object(packr.pack('__proto__'))]],
    ['with half a character', [Buffer.from([0xa1, 0xc3])]],
  ])('%s', (_name, all) => {
    for (const wrong of all) {
      const reading = () => readMsgpack(wrong)
      expect(reading).toThrow()
      expect(reading).not.toThrow(canary)
    }
  })
})
