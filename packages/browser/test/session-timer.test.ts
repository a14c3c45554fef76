import { gzipSync } from 'node:zlib'
import { createSessionTimer } from '@sojourn/browser'
import { expect, test } from 'vitest'
import { bundle } from './app.ts'

const callbacks = { stay: '/session', onWarning: () => undefined, onEnd: () => undefined }

test('a page loads at most 2 kB', async () => {
  expect(gzipSync(await bundle(), { level: 9 }).length).toBeLessThanOrEqual(2000)
})

test('it has no dependencies', async () => {
  expect(await bundle()).not.toMatch(/\bimport\b|\brequire\b/)
})

test('a warning that gives users less time than WCAG 2.2.1 is refused', () => {
  const timer = () => createSessionTimer({ ...callbacks, remainingMs: 1, warnMs: 19_999 })
  expect(timer).toThrow('WCAG 2.2.1')
  expect(timer).toThrow(RangeError)
})

test('a timer that cannot know how long is left is refused', () => {
  expect(() => createSessionTimer(callbacks)).toThrow('Give remainingMs, or check.')
})
