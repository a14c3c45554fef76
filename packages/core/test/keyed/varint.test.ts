import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Reader, Writer } from '../../src/keyed/varint.ts'

const t0 = Date.UTC(2030, 0, 1)
const seed = 20_300_101

test('a number below its base, a fraction and a negative zero come back too', () => {
  for (const value of [t0 - 1, t0 + 0.1, -0, 0, Number.MAX_SAFE_INTEGER, 127, 128]) {
    const writer = new Writer()
    writer.number(value, t0)
    writer.number(value)
    const reader = new Reader(writer.bytes())
    expect([reader.number(t0), reader.number()]).toStrictEqual([value, value])
  }
})

/** The bytes of one number, and of one text. */
function bytesOf(value: number | string, base = 0): number[] {
  const writer = new Writer()
  if (typeof value === 'number') writer.number(value, base)
  else writer.text(value)
  return [...writer.bytes()]
}

describe('numbers and texts', () => {
  test('come back in the order in which they were written, to the last byte', () => {
    const integer = fc.oneof(fc.constant(0), fc.maxSafeInteger())
    const number = fc.record(
      { value: fc.oneof(fc.double(), integer), base: integer },
      { noNullPrototype: true },
    )
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String())
    fc.assert(
      fc.property(fc.array(fc.oneof(number, text)), (items) => {
        const writer = new Writer()
        for (const item of items)
          if (typeof item === 'string') writer.text(item)
          else writer.number(item.value, item.base)
        const bytes = writer.bytes()
        const reader = new Reader(bytes)
        const back = items.map((item) =>
          typeof item === 'string' ? reader.text() : { ...item, value: reader.number(item.base) },
        )
        expect(back).toStrictEqual(items)
        expect(reader.rest()).toHaveLength(0)
      }),
      { seed },
    )
  })

  test.each([
    [0, 0, [1]],
    [126, 0, [127]],
    [127, 0, [128, 1]],
    [t0 + 5, t0, [6]],
    [-1, 0, [0, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0]],
    [0.5, 0, [0, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]],
  ])('%d from %d takes the bytes %j', (value, base, bytes) => {
    expect(bytesOf(value, base)).toEqual(bytes)
  })

  test.each([
    ['base64url as the bytes that it spells', 'AAEC', [9, 0, 1, 2]],
    ['UTF-8 where it is no base64url', 'ä.', [10, 0xc3, 0xa4, 0x2e]],
    ['UTF-8 where base64url has another spelling for it', 'ab', [7, 0x61, 0x62]],
    ['UTF-16 where it is half a surrogate pair', '\ud800', [8, 0x00, 0xd8]],
    ['one byte where it is empty', '', [1]],
  ])('a text takes %s', (_title, text, bytes) => {
    expect(bytesOf(text)).toEqual(bytes)
  })
})

describe('a reader', () => {
  test.each([
    ['in a number', [128]],
    ['in a double', [0, 1, 2, 3]],
    ['at once', []],
  ])('throws where the bytes end too early: %s', (_title, bytes) => {
    expect(() => new Reader(Buffer.from(bytes)).number()).toThrow(
      new RangeError('The bytes end too early'),
    )
  })

  test('throws where a text is longer than the bytes', () => {
    const whole = bytesOf('a text of some length')
    expect(() => new Reader(Buffer.from(whole.slice(0, -1))).text()).toThrow(RangeError)
  })

  test('throws at a number that is longer than any that a writer makes', () => {
    const endless = Buffer.alloc(100, 0xff)
    const nine = Buffer.of(...Array(8).fill(255), 1)
    for (const long of [endless, nine])
      expect(() => new Reader(long).number()).toThrow(/longer than any that is written/)
    expect(new Reader(Buffer.from(bytesOf(Number.MAX_SAFE_INTEGER))).number()).toBe(
      Number.MAX_SAFE_INTEGER,
    )
  })
})
