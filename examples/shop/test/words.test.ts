import { expect, test } from 'vitest'
import { deviceName } from '../src/device-name.ts'
import { html, render } from '../src/views/html.ts'
import { exactly, fromNow } from '../src/views/words.ts'

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0',
    'Edge on Windows',
  ],
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36',
    'Chrome on Android',
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15',
    'Safari on Mac',
  ],
  ['curl/8.5.0', 'curl'],
  ['<script>alert(1)</script>', 'Unknown device'],
  [undefined, 'Unknown device'],
])('the device of %s is %s', (userAgent, name) => {
  expect(deviceName(userAgent)).toBe(name)
})

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
