import type { GroupLimit } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { type Schedule, simulate } from './simulation/simulate.ts'

/** How many schedules are played; the long set plays more. */
const schedules = Number(process.env['OPERATIONS'] ?? 10_000) / 100

/** Plays schedules with these seeds, and returns what was counted. */
async function playAll(from: number, count: number, options: Omit<Schedule, 'seed'> = {}) {
  const total = { acknowledged: 0, unknown: 0, read: 0 }
  for (let seed = from; seed < from + count; seed++) {
    const { counts } = await simulate({ seed, instances: seed % 5 === 0 ? 5 : 3, ...options })
    total.acknowledged += counts.acknowledged
    total.unknown += counts.unknown
    total.read += counts.read
  }
  console.log(total)
  return total
}

test(`in ${schedules} schedules nothing acknowledged is lost or applied twice, and nothing ended comes back`, async () => {
  const { acknowledged, unknown } = await playAll(1, schedules)
  expect(acknowledged).toBeGreaterThan(schedules)
  expect(unknown).toBeGreaterThan(schedules) // instances were really missing
})

test.each<GroupLimit>([
  { max: 3, onExceed: 'evict' },
  { max: 3, onExceed: 'refuse' },
])(`in ${schedules / 4} schedules there are never more than %o`, async (limit) => {
  await playAll(100_000, schedules / 4, { limit })
})
