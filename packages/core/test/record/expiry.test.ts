import { describe, expect, test } from 'vitest'
import { expiryOf, isTouchDue } from '../../src/record/expiry.ts'

describe('the end of a session', () => {
  const limits = { maxAge: 1000, absoluteExpiresAt: 100_000 }

  test('is the idle limit and one touch window after the last touch, so nobody idles out early', () => {
    expect(expiryOf(limits, 5000, 100)).toBe(6100)
  })

  test('is never after the absolute limit', () => {
    expect(expiryOf(limits, 99_500, 100)).toBe(100_000)
  })

  test('with a short idle limit of its own has a window of a quarter of it', () => {
    expect(expiryOf(limits, 0, 60_000)).toBe(1250)
  })
})

test('a touch is due when a window has passed, not before', () => {
  const session = { record: { maxAge: 1000, absoluteExpiresAt: 1e9 }, touchedAt: 5000 }
  expect(isTouchDue(session, 5099, 100)).toBe(false)
  expect(isTouchDue(session, 5100, 100)).toBe(true)
})
