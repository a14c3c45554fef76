import { expect, test } from 'vitest'
import { simulate } from './simulation/simulate.ts'

/** How many schedules are played; the long set plays more. */
const schedules = Number(process.env['OPERATIONS'] ?? 6_000) / 20

test(`in ${schedules} schedules nothing acknowledged is lost and nothing ended comes back`, async () => {
  const total = { acknowledged: 0, unknown: 0, read: 0 }
  for (let seed = 1; seed <= schedules; seed++) {
    const { counts } = await simulate({ seed, instances: seed % 5 === 0 ? 5 : 3 })
    total.acknowledged += counts.acknowledged
    total.unknown += counts.unknown
    total.read += counts.read
  }
  console.log(total)
  expect(total.acknowledged).toBeGreaterThan(schedules)
  expect(total.unknown).toBeGreaterThan(schedules / 10)
})
