import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { TextSet } from '../../src/util/text-set.ts'

test('a text is new once, whatever it is', () => {
  const set = new TextSet()
  const texts = ['', 'a', 'b', 'ab', 'ba', '\0', '\0\0', 'é', '\ud800', 'a'.repeat(10_000)]
  expect(texts.map((text) => set.add(text))).toEqual(texts.map(() => true))
  expect(texts.map((text) => set.add(text))).toEqual(texts.map(() => false))
  expect(set.size).toBe(texts.length)
})

test('it holds as many as a Set, for random texts and for those that differ in one character', () => {
  const count = 20_000
  const random = Array.from({ length: count }, () => randomBytes(12).toString('base64url'))
  const similar = Array.from({ length: count }, (_, n) => `sojourn:{group}:${n}`)
  const all = [...random, ...similar, ...random]
  const set = new TextSet()
  const added = all.filter((text) => set.add(text))
  expect(added).toEqual([...new Set(all)])
  expect(set.size).toBe(2 * count)
})

test('100,000 texts take less than 5 MB', () => {
  const before = process.memoryUsage()
  const set = new TextSet()
  for (let n = 0; n < 100_000; n++) set.add(`user-${n}`)
  const after = process.memoryUsage()
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(5_000_000)
  expect(set.size).toBe(100_000)
})
