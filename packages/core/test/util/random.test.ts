import { expect, test } from 'vitest'
import { randomText } from '../../src/util/random.ts'

test.each([1, 6, 12, 16, 24])('%i random bytes are base64url of that length', (bytes) => {
  expect(Buffer.from(randomText(bytes), 'base64url')).toHaveLength(bytes)
  expect(randomText(bytes)).toMatch(/^[\w-]+$/)
})

test('none of 100,000 texts comes twice, across many draws of the pool', () => {
  const texts = new Set(Array.from({ length: 100_000 }, () => randomText(12)))
  expect(texts.size).toBe(100_000)
})

test('no text is made of the bytes that were used before', () => {
  const zero = Buffer.alloc(24).toString('base64url')
  for (let draw = 0; draw < 2_000; draw++) expect(randomText(24)).not.toBe(zero)
})

test('each bit is set about half of the time', () => {
  const draws = 4_000
  const counts = new Array<number>(128).fill(0)
  for (let draw = 0; draw < draws; draw++) {
    const bytes = Buffer.from(randomText(16), 'base64url')
    for (let bit = 0; bit < 128; bit++)
      if (((bytes[bit >> 3] ?? 0) >> (bit & 7)) & 1) counts[bit] = (counts[bit] ?? 0) + 1
  }
  // Seven standard deviations: less often than once in 10⁹ runs, for all 128 bits.
  for (const count of counts)
    expect(Math.abs(count - draws / 2)).toBeLessThan(7 * Math.sqrt(draws / 4))
})
