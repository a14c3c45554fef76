import { expect, test } from 'vitest'
import { termOf, wordsOf } from '../src/search.ts'

test.each([
  ['ERR_SESSION_NOT_RECENT', ['ERR_SESSION_NOT_RECENT', 'ERR', 'SESSION', 'NOT', 'RECENT']],
  ['revokeAll()', ['revokeAll', 'revoke', 'All']],
  ['limit.onExceed', ['limit.onExceed', 'limit', 'on', 'Exceed']],
  ['@sojourn/store-redis', ['sojourn/store-redis', 'sojourn', 'store', 'redis']],
  ['Log out everywhere.', ['Log', 'out', 'everywhere']],
  ['a &lt;b&gt;', ['a', 'b']],
])('the words of %s', (text, words) => {
  expect(wordsOf(text)).toEqual(words)
})

test('words that every page has are no terms', () => {
  expect(termOf('How')).toBeNull()
  expect(termOf('Redis')).toBe('redis')
})
