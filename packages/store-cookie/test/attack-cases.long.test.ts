import { expect, test } from 'vitest'
import { ivsOf, makeScene } from './support.ts'

test.each([
  ['node', 100_000],
  ['jose', 10_000],
] as const)('I-15 of many seals no two have the same iv, sealed by %s', async (sealer, count) => {
  const ivs = await ivsOf(makeScene({ sealer, cacheSize: 0 }), count)
  expect(new Set(ivs).size).toBe(count)
})
