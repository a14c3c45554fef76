import { expect, test } from 'vitest'
import { missingFixes, nextFixed, type Product } from '../../src/doctor/fixes.ts'

test.each<[Product, string, boolean, string[]]>([
  ['redis', '8.10.1', true, []],
  ['redis', '9.0.0', true, []],
  ['redis', '8.8.1', true, ['CVE-2026-81934']],
  ['redis', '8.8.1', false, []],
  ['redis', '8.2.2', false, ['CVE-2026-23631']],
  ['redis', '7.0.15', true, ['CVE-2025-49844', 'CVE-2026-23631', 'CVE-2026-81934']],
  ['redis', '6.2.20', false, []],
  ['valkey', '8.0.6', true, ['CVE-2025-67733']],
  ['valkey', '9.1.1', true, []],
])('%s %s, TLS %s, lacks %j', (product, version, isTls, ids) => {
  expect(missingFixes(product, version, isTls).map(({ id }) => id)).toEqual(ids)
})

test('the next release with all fixes is not an older line', () => {
  expect(nextFixed('redis', '7.0.15', true)).toBe('7.2.16')
  expect(nextFixed('redis', '7.0.15', false)).toBe('7.2.14')
  expect(nextFixed('redis', '8.8.1', true)).toBe('8.8.2')
  expect(nextFixed('valkey', '8.0.6', true)).toBe('8.0.7')
})
