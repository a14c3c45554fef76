import { createJar } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { deleteFirst, fixedGrace, previousPlusSeen, sojourn } from './schemes.ts'
import { seeded, simulate } from './simulation.ts'

/** `USERS=2000` runs the world of the figures in docs/explanation/rotation.md. */
const users = Number(process.env['USERS'] ?? 30)
const seed = Number(process.env['SEED'] ?? 1)
const world = (lost: number) => ({ users, pages: 60, lost, late: 0.1, random: seeded(seed) })

describe.each([0.03, 0.25])('in a world where %d of the responses are lost', (lost) => {
  test('rotation by age logs nobody out and takes nobody for a thief', async () => {
    const { scheme, alarms } = sojourn()
    const findings = await simulate(scheme, world(lost))
    console.info(JSON.stringify({ scheme: 'sojourn', lost, alarms: alarms.length, ...findings }))
    expect(findings.requests).toBeGreaterThan(users * 100)
    expect(findings.cookies).toBeGreaterThan(users * 5)
    expect(findings).toMatchObject({ loggedOut: 0, stuck: 0, strays: 0 })
    expect(alarms).toEqual([])
  })

  test('no late response overwrites the cookie of a login', async () => {
    const { scheme, alarms } = sojourn()
    const late = { ...world(lost), users: Math.ceil(users / 10), late: 0.5, logins: 0.3 }
    const findings = await simulate(scheme, late)
    console.info(JSON.stringify({ scheme: 'sojourn, logins', lost, ...findings }))
    expect(findings).toMatchObject({ loggedOut: 0, stuck: 0 })
    expect(alarms).toEqual([])
  })

  test.each(Object.entries({ deleteFirst, fixedGrace, previousPlusSeen }))(
    'the scheme %s logs users out or stops rotating: the world is hard enough',
    async (name, make) => {
      const findings = await simulate(make(), world(lost))
      console.info(JSON.stringify({ scheme: name, lost, ...findings }))
      expect(findings.loggedOut + findings.stuck).toBeGreaterThan(0)
    },
  )
})

test('a token stolen long before raises one replay when it is used', async () => {
  const { scheme, alarms } = sojourn()
  const at = Date.UTC(2030, 0, 1)
  const jar = createJar()
  jar.take(await scheme.logIn(undefined, at))
  const stolen = jar.header
  for (let minutes = 0; minutes < 60; minutes += 2) {
    const { leave } = await scheme.arrive(jar.header, at + minutes * 60_000)
    jar.take(await leave(at + minutes * 60_000))
  }
  expect((await scheme.arrive(stolen, at + 3_600_000)).isLoggedIn).toBe(false)
  expect(alarms).toMatchObject([{ type: 'replayed' }])
})
