import { randomBytes } from 'node:crypto'
import { createVisitor, type TestData, type Visitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import { devConfig } from '../../src/options/presets.ts'
import type { Session } from '../../src/session/session.ts'
import { day, hour, minute } from '../contexts.ts'
import { testBackend } from '../support.ts'
import { seeded } from './simulation.ts'

/*
 * Servers that share a store: some with a right clock, others whose clocks are off by up to a day either way.
 *
 * LIFE. From the first request under a right clock on, a session that is not used any more is open no longer than
 * `maxAge`, a touch window and a minute, and one that is used no longer than `absoluteTimeout` and a minute.
 *
 * RECENT. A login that a right clock has seen before the wrong one was caught up with is recent no longer than asked for,
 * and a minute.
 *
 * HONEST. A session of a login under a right clock, used under a right clock within `maxAge` each time, is open there
 * until its absolute limit, whatever servers with wrong clocks read and write in between, if the database tells its time.
 */
const seeds = Number(process.env['SEEDS'] ?? 30)
const maxAge = 2 * hour
const absoluteTimeout = 8 * hour
const tolerance = minute
const limits = { maxAge, absoluteTimeout, touchInterval: minute, rotationInterval: '15m' } as const

function createFleet(seed: number, { tellsTime }: { tellsTime: boolean }) {
  const random = seeded(seed)
  const pick = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)] as Item
  const time = { now: Date.UTC(2030, 0, 1) }
  const { backend } = testBackend()
  const store = keyedStore(tellsTime ? { ...backend, now: async () => time.now } : backend)
  const secret = randomBytes(32)
  const serverOff = (by: number) => {
    const clock = () => time.now + by
    const options = { store, clock, warn: () => undefined, ...limits }
    return createSessionManager<TestData>(devConfig(secret, options))
  }
  const right = serverOff(0)
  const wrong = Array.from({ length: 4 }, () => {
    const most = pick([day, 3 * hour, 5 * minute])
    return serverOff(Math.round((random() * 2 - 1) * most))
  })
  const found = { requests: 0, violations: 0 }
  /** Makes a request, which commits most of the time, and returns whether the session was open. */
  const visit = async (
    visitor: Visitor,
    server: typeof right,
    handle: (session: Session<TestData>) => unknown = () => undefined,
  ) => {
    found.requests++
    const { session, finish } = await visitor.at(server).begin()
    const isOpen = !session.isNew && session.ended === undefined
    await handle(session)
    if (random() < 0.7 || session.userId !== undefined) await finish()
    return isOpen
  }
  const pass = (most: number) => {
    time.now += Math.round(random() * most)
  }
  const expectThat = (holds: boolean) => {
    if (!holds) found.violations++
  }
  return {
    random,
    pick,
    time,
    right,
    wrong,
    found,
    visit,
    pass,
    expectThat,
    visitor: () => createVisitor(right),
  }
}

type Fleet = ReturnType<typeof createFleet>

const logIn = (session: Session<TestData>) => session.login('ann')
const change = (session: Session<TestData>) => {
  if (session.userId !== undefined) session.data['at'] = Math.random()
}
const isRecent = (session: Session<TestData>): boolean => {
  try {
    session.requireRecent('10m')
    return true
  } catch {
    return false
  }
}

/** A session whose logins and uses went to servers with wrong clocks, and then only to a right one. */
async function live(fleet: Fleet): Promise<void> {
  const { pick, time, right, wrong, visit, pass, expectThat, random } = fleet
  const [visitor, thief] = [fleet.visitor(), fleet.visitor()]
  await visit(visitor, pick(wrong), logIn)
  const loginAt = time.now
  for (let n = 0; n < 5; n++) {
    pass(10 * minute)
    await visit(visitor, pick([right, ...wrong]), pick([change, () => undefined]))
  }
  pass(minute)
  const isUsed = random() < 0.5
  const seenAt = time.now
  let isOpen = (await right.read({ cookie: visitor.cookie })).userId !== undefined
  thief.cookie = visitor.cookie
  while (isOpen && time.now < seenAt + 2 * day) {
    pass(40 * minute)
    let wasRecent = false
    if (isUsed) {
      isOpen = await visit(visitor, right, (session) => {
        wasRecent = isRecent(session)
      })
    } else {
      fleet.found.requests++
      const session = await right.read({ cookie: thief.cookie })
      isOpen = session.userId !== undefined
      wasRecent = isRecent(session)
    }
    const lived = time.now - seenAt
    const mayLive = isUsed ? absoluteTimeout : maxAge + minute
    expectThat(!isOpen || lived <= mayLive + tolerance)
    expectThat(!wasRecent || time.now - loginAt <= 10 * minute + tolerance)
  }
}

/** A login under a wrong clock that a right one sees at once. */
async function logInWrongly(fleet: Fleet): Promise<void> {
  const { pick, time, right, wrong, visit, pass, expectThat } = fleet
  const visitor = fleet.visitor()
  await visit(visitor, pick(wrong), logIn)
  const loginAt = time.now
  for (let n = 0; n < 12; n++) {
    await visit(visitor, right, (session) =>
      expectThat(!isRecent(session) || time.now - loginAt <= 10 * minute + tolerance),
    )
    pass(40 * minute)
  }
}

/** A user of servers with right clocks, whose session servers with wrong clocks read and change as well. */
async function useHonestly(fleet: Fleet): Promise<void> {
  const { pick, time, right, wrong, visit, pass, expectThat } = fleet
  const visitor = fleet.visitor()
  await visit(visitor, right, logIn)
  const end = time.now + absoluteTimeout
  for (;;) {
    for (const server of wrong) {
      pass(20 * minute)
      await visit(visitor, server, pick([change, () => undefined]))
    }
    pass(20 * minute)
    if (time.now >= end) return
    const isOpen = await visit(visitor, right)
    expectThat(isOpen)
    if (!isOpen) return
  }
}

async function runs(scene: (fleet: Fleet) => Promise<void>, options: { tellsTime: boolean }) {
  const sum = { requests: 0, violations: 0 }
  for (let seed = 1; seed <= seeds; seed++) {
    const fleet = createFleet(seed, options)
    for (let n = 0; n < 4; n++) await scene(fleet)
    sum.requests += fleet.found.requests
    sum.violations += fleet.found.violations
  }
  console.log(
    `${scene.name}, ${options.tellsTime ? 'with' : 'without'} the time of the database:`,
    sum,
  )
  return sum
}

describe.each([{ tellsTime: true }, { tellsTime: false }])('clocks off by a day, %j', (options) => {
  test('let no session live longer than promised', async () => {
    const { requests, violations } = await runs(live, options)
    expect(requests).toBeGreaterThan(20 * seeds)
    expect(violations).toBe(0)
  })

  test('let no login count as recent for longer than asked for', async () => {
    expect((await runs(logInWrongly, options)).violations).toBe(0)
  })
})

test('end no session of servers with right clocks early, if the database tells its time', async () => {
  const { requests, violations } = await runs(useHonestly, { tellsTime: true })
  expect(requests).toBeGreaterThan(20 * seeds)
  expect(violations).toBe(0)
})

test('end such sessions without the time of the database, or the model would not notice it', async () => {
  expect((await runs(useHonestly, { tellsTime: false })).violations).toBeGreaterThan(0)
})
