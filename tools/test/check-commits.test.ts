import { expect, test } from 'vitest'
import { whyRefused } from '../check-commits.ts'

test.each([
  'core: refuse foreign classes by brand',
  'store-redis, store-cookie: rename marks',
  'Merge branch "a"',
  `core: ${'x'.repeat(66)}`,
])('%s', (subject) => {
  expect(whyRefused(subject)).toBeUndefined()
})

test('a long subject and one without a scope are refused', () => {
  expect(whyRefused(`core: ${'x'.repeat(67)}`)).toBe('has 73 characters, 72 are allowed')
  expect(whyRefused('Refuse foreign classes')).toContain('has no scope')
  expect(whyRefused('core:')).toContain('has no scope')
})
