import { isForwardedHttps } from '@sojourn/core/binding'
import { expect, test } from 'vitest'

test.each([
  ['https', true],
  ['HTTPS', true],
  [' https ', true],
  ['https,http', true],
  ['https , http', true],
  ['http,https', false],
  ['http', false],
  ['https-only', false],
  [', https', false],
  ['', false],
  [null, false],
  [undefined, false],
])('X-Forwarded-Proto: %j is HTTPS: %s', (header, isHttps) => {
  expect(isForwardedHttps(header)).toBe(isHttps)
})
