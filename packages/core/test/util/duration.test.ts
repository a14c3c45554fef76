import { describe, expect, test } from 'vitest'
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
