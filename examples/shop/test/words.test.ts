import { expect, test } from 'vitest'
import { html, render } from '../src/views/html.ts'
import { exactly, fromNow } from '../src/views/words.ts'

test('whatever is not markup is escaped', () => {
  const name = `<b title="it's">&`
  expect(render(html`<p>${name}${html`<i>${1}</i>`}${[name]}${false}</p>`)).toBe(
    '<p>&lt;b title=&quot;it&#39;s&quot;&gt;&amp;<i>1</i>&lt;b title=&quot;it&#39;s&quot;&gt;&amp;</p>',
  )
})

test.each([
  [-2000, 'just now'],
  [-90_000, '1 minute ago'],
  [1_859_000, 'in 31 minutes'],
  [30 * 86_400_000 - 1, 'in 30 days'],
  [-86_400_000, 'yesterday'],
])('%d ms from now is %s', (distance, words) => {
  expect(fromNow(1e12 + distance, 1e12)).toBe(words)
})

test('a time is exact to the second', () => {
  expect(exactly(Date.UTC(2026, 10, 21, 5, 4, 12, 999))).toBe('2026-11-21 05:04:12 UTC')
})
