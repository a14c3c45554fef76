import { describe, expect, test } from 'vitest'
import { deleteFirst, fixedGrace, previousPlusSeen, sojourn } from './model/schemes.ts'
import { seeded, simulate } from './model/simulation.ts'

/** `USERS=2000` runs the world of the figures in docs/explanation/rotation.md. */
const users = Number(process.env['USERS'] ?? 100)
const seed = Number(process.env['SEED'] ?? 1)
const world = (lost: number) => ({ users, pages: 60, lost, late: 0.1, random: seeded(seed) })

describe.each([0.03, 0.25])('in a world where %d of the responses are lost', (lost) => {
  test('rotation by age signs nobody out and takes nobody for a thief', async () => {
    const { scheme, replays } = sojourn()
    const findings = await simulate(scheme, world(lost))
    console.info('sojourn', findings)
    expect(findings.requests).toBeGreaterThan(users * 100)
    expect(findings.cookies).toBeGreaterThan(users * 5)
    expect(findings.signedOut).toBe(0)
    expect(replays).toEqual([])
  }, 120_000)

  test.each(Object.entries({ deleteFirst, fixedGrace }))(
    'the scheme %s signs people out: the world is hard enough',
    async (name, make) => {
      const findings = await simulate(make(), world(lost))
      console.info(name, findings)
      expect(findings.signedOut).toBeGreaterThan(0)
    },
    120_000,
  )
})
