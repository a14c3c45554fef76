import { describe, expect, test } from 'vitest'
import { expiryOf, isTouchDue } from '../../src/record/expiry.ts'
import { type Duration, milliseconds } from '../../src/util/duration.ts'

describe('a duration', () => {
  test.each([
    [1500, 1500],
    ['500ms', 500],
    ['30s', 30_000],
    ['30m', 1_800_000],
    ['24h', 86_400_000],
    ['30d', 2_592_000_000],
    ['2w', 1_209_600_000],
    ['1.5h', 5_400_000],
  ] as [Duration, number][])('%s is %i ms', (duration, ms) => {
    expect(milliseconds(duration, 'maxAge')).toBe(ms)
  })

  test.each([
    0,
    -1,
    0.2,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    '10 parsecs',
    '',
    '0s',
    '-5m',
    '5',
    'm',
    '1e9s',
    '5M',
    '9999999w',
    null,
    undefined,
    {},
    true,
  ])('%s is refused, named, and told what to give', (duration) => {
    const read = () => milliseconds(duration as Duration, 'maxAge')
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(read).toThrow(/^maxAge is .*'30m'/)
  })
})

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
