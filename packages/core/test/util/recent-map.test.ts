import { expect, test } from 'vitest'
import { RecentMap } from '../../src/util/recent-map.ts'

test('keeps the last entries, and at most twice as many', () => {
  const map = new RecentMap<number, string>(100)
  for (let key = 0; key < 1_000; key++) map.set(key, `value ${key}`)
  for (let key = 900; key < 1_000; key++) expect(map.get(key)).toBe(`value ${key}`)
  const kept = Array.from({ length: 1_000 }, (_, key) => map.get(key)).filter(Boolean)
  expect(kept.length).toBeLessThanOrEqual(200)
})

test('keeps an entry as long as it is used', () => {
  const map = new RecentMap<string, number>(10)
  map.set('used', 1)
  for (let other = 0; other < 1_000; other++) {
    map.set(`other ${other}`, other)
    expect(map.get('used')).toBe(1)
  }
  expect(map.get('other 0')).toBeUndefined()
})

test('takes a new value in place of the old one, and forgets all when it is told to', () => {
  const map = new RecentMap<string, number>(1)
  map.set('a', 1)
  map.set('b', 2)
  map.set('a', 3)
  expect([map.get('a'), map.get('b')]).toEqual([3, 2])
  map.clear()
  expect([map.get('a'), map.get('b')]).toEqual([undefined, undefined])
})
