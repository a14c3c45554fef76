import { describe, expect, test } from 'vitest'
import { deleteFirst, fixedGrace, previousPlusSeen, sojourn } from './schemes.ts'
import { seeded, simulate } from './simulation.ts'

/** `USERS=2000` runs the world of the figures in docs/explanation/rotation.md. */
const users = Number(process.env['USERS'] ?? 30)
const seed = Number(process.env['SEED'] ?? 1)
const world = (lost: number) => ({ users, pages: 60, lost, late: 0.1, random: seeded(seed) })

describe.each([0.03, 0.25])('in a world where %d of the responses are lost', (lost) => {
  test('rotation by age signs nobody out and takes nobody for a thief', async () => {
    const { scheme, replays } = sojourn()
    const findings = await simulate(scheme, world(lost))
    console.info(JSON.stringify({ scheme: 'sojourn', lost, replays: replays.length, ...findings }))
    expect(findings.requests).toBeGreaterThan(users * 100)
    expect(findings.cookies).toBeGreaterThan(users * 5)
    expect(findings).toMatchObject({ signedOut: 0, stuck: 0 })
    expect(replays).toEqual([])
  })

  test.each(Object.entries({ deleteFirst, fixedGrace, previousPlusSeen }))(
    'the scheme %s signs people out or stops rotating: the world is hard enough',
    async (name, make) => {
      const findings = await simulate(make(), world(lost))
      console.info(JSON.stringify({ scheme: name, lost, ...findings }))
      expect(findings.signedOut + findings.stuck).toBeGreaterThan(0)
    },
  )

  test('a token stolen long before raises one replay when it is used', async () => {
    const { scheme, replays } = sojourn()
    const at = Date.UTC(2030, 0, 1)
    const stolen = await scheme.signIn(at)
    let cookie = stolen
    for (let minutes = 0; minutes < 60; minutes += 2) {
      const { leave } = await scheme.arrive(cookie, at + minutes * 60_000)
      cookie = (await leave(at + minutes * 60_000)) ?? cookie
    }
    expect(cookie).not.toBe(stolen)
    expect((await scheme.arrive(stolen, at + 3_600_000)).isSignedIn).toBe(false)
    expect(replays).toHaveLength(1)
  })
})
