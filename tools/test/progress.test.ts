import { expect, test } from 'vitest'
import { duration, roughDuration, timeLeft } from '../progress.ts'

const nothing = { expected: 0, took: 0 }

test('before a file has ended, what is expected is shared by the workers', () => {
  expect(timeLeft({ ended: nothing, running: [], waiting: 60_000, workers: 3 })).toBe(20_000)
})

test('on a machine that is half as fast, what is left takes nearly twice as long', () => {
  const ended = { expected: 180_000, took: 360_000 }
  const left = timeLeft({ ended, running: [], waiting: 60_000, workers: 2 })
  expect(left).toBeGreaterThan(50_000)
  expect(left).toBeLessThan(60_000)
})

test('a file that runs has its rest left, and no less than nothing', () => {
  const running = [
    { expected: 30_000, took: 10_000 },
    { expected: 10_000, took: 15_000 },
  ]
  expect(timeLeft({ ended: nothing, running, waiting: 0, workers: 2 })).toBe(20_000)
})

test('durations are printed in minutes and seconds, estimates in steps', () => {
  expect([400, 59_400, 60_000, 150_000].map(duration)).toEqual([
    '0 s',
    '59 s',
    '1 min 0 s',
    '2 min 30 s',
  ])
  expect([0, 3_000, 12_000, 154_000].map(roughDuration)).toEqual([
    '5 s',
    '5 s',
    '10 s',
    '2 min 30 s',
  ])
})
