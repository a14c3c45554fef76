import { createJar, type Jar } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { SessionManager } from '../../src/manager/manager.ts'
import { sojourn } from './schemes.ts'
import { seeded } from './simulation.ts'
import { reader, requester, rotator, socket, type Thief } from './thief.ts'

const [second, minute, hour] = [1_000, 60_000, 3_600_000]
const start = Date.UTC(2030, 0, 1)
const seeds = Number(process.env['THEFTS'] ?? 1)

type MakeThief = (manager: SessionManager, jar: Jar) => Thief | Promise<Thief>

/** How a theft went. Times are minutes since the theft; `undefined` if it did not happen. */
interface Theft {
  /** When the thief was refused for the first time. */
  readonly out: number | undefined
  /** When the first event said that something is wrong. */
  readonly noticed: number | undefined
  /** When the user was refused for the first time: by a replay, or because the thief has the current token. */
  readonly userOut: number | undefined
}

interface Behaviour {
  readonly thief: MakeThief
  /** Ms between two requests of the user. */
  readonly user: readonly [number, number]
  readonly lost?: number
  readonly hours?: number
  readonly rotationInterval?: '4m' | '15m'
}

/** Lets a user and a thief use the same session, which the thief copied at the start, until both are out. */
async function steal(seed: number, behaviour: Behaviour): Promise<Theft> {
  const { thief: makeThief, user, lost = 0.1, hours = 2, rotationInterval = '15m' } = behaviour
  const random = seeded(seed)
  const between = ([least, most]: readonly [number, number]) => least + random() * (most - least)
  const { scheme, alarms, manager, clock } = sojourn({ rotationInterval })
  const jar = createJar()
  jar.take(await scheme.logIn(undefined, start))
  const thief = await makeThief(manager, createJar(jar.header))
  let nextUser = start + between(user)
  let nextThief = start + between(thief.every)
  let out: number | undefined
  let userOut: number | undefined
  const arriving: { readonly at: number; readonly lines: readonly string[] }[] = []
  while (
    Math.min(nextUser, nextThief) < start + hours * hour &&
    !(out && userOut && alarms.length > 0)
  ) {
    const at = Math.min(nextUser, nextThief)
    clock.now = at
    if (at === nextThief) {
      nextThief = out === undefined || at < out + 10 * minute ? at + between(thief.every) : Infinity
      if (!(await thief.attempt())) out ??= at
      continue
    }
    nextUser = at + between(user)
    for (const { lines } of arriving.filter((response) => response.at <= at)) jar.take(lines)
    arriving.splice(0, arriving.length, ...arriving.filter((response) => response.at > at))
    const { isLoggedIn, leave } = await scheme.arrive(jar.header, at)
    const lines = await leave(at)
    if (!isLoggedIn) {
      userOut ??= at
      if (alarms.length > 0 || at > userOut + 10 * minute) nextUser = Infinity
    } else if (random() >= lost)
      arriving.push({ at: at + (random() < 0.1 ? between([0, 3 * minute]) : 100), lines })
  }
  const since = (at: number | undefined) => at && Math.round(((at - start) / minute) * 10) / 10
  return { out: since(out), noticed: since(alarms[0]?.at), userOut: since(userOut) }
}

/** Steals many times and prints the worst case of each time. */
async function stealOften(name: string, behaviour: Behaviour): Promise<readonly Theft[]> {
  const thefts: Theft[] = []
  for (let seed = 1; seed <= seeds; seed++) thefts.push(await steal(seed, behaviour))
  const worst = (key: keyof Theft) => {
    const times = thefts.map((theft) => theft[key])
    return times.includes(undefined) ? 'never' : Math.max(...times.map(Number))
  }
  console.info(JSON.stringify({ name, out: worst('out'), noticed: worst('noticed') }))
  return thefts
}

const active: Behaviour['user'] = [5 * second, minute]
const fast: Thief['every'] = [100, 300]
const slow: Thief['every'] = [minute, 5 * minute]

describe('a thief who does not take new tokens', () => {
  test.each<[string, Behaviour]>([
    [
      'polls ten times a second',
      { user: active, thief: (manager, jar) => requester(manager, { jar, every: fast }) },
    ],
    [
      'polls, with a user who loses half of the responses',
      {
        user: active,
        lost: 0.5,
        thief: (manager, jar) => requester(manager, { jar, every: fast }),
      },
    ],
    [
      'polls, with a rotation every four minutes',
      {
        user: active,
        rotationInterval: '4m',
        thief: (manager, jar) => requester(manager, { jar, every: fast }),
      },
    ],
    [
      'comes now and then',
      { user: active, thief: (manager, jar) => requester(manager, { jar, every: slow }) },
    ],
    [
      'only reads',
      { user: active, thief: (manager, jar) => reader(manager, { jar, every: fast }) },
    ],
  ])(
    'and %s is out and noticed by the first request after two rotation intervals',
    async (name, behaviour) => {
      const interval = behaviour.rotationInterval === '4m' ? 4 : 15
      const limit = 2 * interval + 1 // the user's first request after two intervals
      for (const { out = Infinity, noticed = Infinity } of await stealOften(name, behaviour)) {
        expect(out).toBeLessThan(limit)
        expect(noticed).toBeLessThan(limit)
      }
    },
  )

  test('is out after the second request of a user who comes every twenty minutes', async () => {
    const rare: Behaviour = {
      user: [18 * minute, 22 * minute],
      lost: 0,
      thief: (manager, jar) => requester(manager, { jar, every: fast }),
      hours: 1.2,
    }
    for (const { out = Infinity, noticed = Infinity } of await stealOften('rare user', rare)) {
      expect(out).toBeLessThan(2 * 22 + 1)
      expect(noticed).toBeLessThan(2 * 22 + 6)
    }
  })
})

describe('a thief who takes new tokens locks out the user, whose next attempts are noticed and end the session', () => {
  test.each<[string, Behaviour]>([
    [
      'rotates every four minutes',
      {
        user: active,
        thief: (manager, jar) => rotator(manager, { jar, every: [4 * minute, 4 * minute] }),
      },
    ],
    [
      'comes before the user',
      {
        user: [4 * minute, 12 * minute],
        thief: (manager, jar) =>
          requester(manager, { jar, every: [minute, 2 * minute], takes: true }),
      },
    ],
  ])('%s', async (name, behaviour) => {
    for (const { noticed = Infinity, userOut = 0, out = Infinity } of await stealOften(
      name,
      behaviour,
    )) {
      expect(noticed).toBeLessThan(userOut + 5 + 12) // minutes; the longest pause of a user
      expect(out).toBeLessThan(noticed + 5)
    }
  })
})

test('a socket that was opened with a stolen token does not outlive the use of the session', async () => {
  const { scheme, manager, clock } = sojourn({ maxAge: '1h' })
  const jar = createJar()
  jar.take(await scheme.logIn(undefined, start))
  const thief = await socket(manager, { jar: createJar(jar.header), every: [minute, minute] })
  let lastUse = start
  let closedAt: number | undefined
  for (let at = start; at < start + 48 * hour && !closedAt; at += 30 * second) {
    clock.now = at
    if (!(await thief.attempt())) closedAt = at
    if (at > start + 2 * hour) continue
    const { leave } = await scheme.arrive(jar.header, at)
    jar.take(await leave(at))
    lastUse = at
  }
  expect(closedAt).toBeLessThanOrEqual(lastUse + hour + 3 * minute)
})
