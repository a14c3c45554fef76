import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { migrateStore } from '@sojourn/migrate'
import { cookieStore } from '@sojourn/store-cookie'
import { describe, expect, test } from 'vitest'
import { createWorld, readEverywhere } from './migration-world.ts'
import { day, minute, request, type TestData, tokenOf } from './support.ts'

/** A world in which `ann` has a sealed session and `eve` one that began in the new store. */
async function twoKinds() {
  const world = await createWorld()
  const eve = await request(world.servers.new, undefined, (session) => session.login('eve'))
  return { ...world, world, eve: eve.cookie }
}

/** A Cookie header with both, in either order. */
function orders(one = '', other = ''): string[] {
  return [`${one}; ${other}`, `${other}; ${one}`]
}

describe.each(['old', 'new'] as const)('on a server that knows the %s step', (step) => {
  test('a sealed token and one of the new store count as none, if they are of two sessions', async () => {
    const { servers, cookie, eve } = await twoKinds()
    const discarded: unknown[] = []
    servers[step].on('discarded', (event) => discarded.push(event))
    for (const header of orders(cookie, eve)) {
      const { session, setCookies } = await request(servers[step], header)
      expect([session.isNew, session.userId, setCookies]).toEqual([true, undefined, []])
    }
    expect(discarded).toMatchObject([{ why: 'ambiguous' }, { why: 'ambiguous' }])
  })

  test('and also if one of the two is over, as for each store alone', async () => {
    const { servers, cookie, eve } = await twoKinds()
    await request(servers.new, eve, (session) => session.destroy())
    for (const header of orders(cookie, eve))
      expect((await request(servers[step], header)).session.userId).toBe(undefined)
  })

  test('rubbish beside a token, or a forged one, harms neither kind', async () => {
    const { servers, cookie, eve } = await twoKinds()
    for (const rubbish of [
      'sid=rubbish',
      `sid=${tokenOf(cookie).slice(0, -22)}${'A'.repeat(22)}`,
    ]) {
      for (const header of orders(cookie, rubbish))
        expect((await request(servers[step], header)).session.userId).toBe('ann')
      for (const header of orders(eve, rubbish))
        expect((await request(servers[step], header)).session.userId).toBe('eve')
    }
  })

  test('the old token of a session that has moved opens it beside the new one', async () => {
    const { servers, world } = await twoKinds()
    const moved = await request(servers.new, world.cookie, ({ data }) => (data['m'] = 1))
    expect(moved.cookie).not.toBe(world.cookie)
    for (const header of orders(world.cookie, moved.cookie))
      expect((await request(servers[step], header)).session.data).toEqual({ n: 1, m: 1 })
  })
})

test('a sealed session of three cookies moves into one, and takes the stale chunks out of the jar', async () => {
  const { servers, world } = await twoKinds()
  const long = await request(
    servers.old,
    world.cookie,
    ({ data }) => (data['t'] = 't'.repeat(8_000)),
  )
  expect(long.cookie?.split('; ')).toHaveLength(3)
  const moved = await request(servers.new, long.cookie, ({ data }) => (data['m'] = 1))
  expect(moved.setCookies).toEqual([
    expect.stringMatching(/^sid=[\w.-]{100,150};/),
    expect.stringMatching(/^sid\.1=; .*Max-Age=0/),
    expect.stringMatching(/^sid\.2=; .*Max-Age=0/),
  ])
  expect((await request(servers.old, moved.cookie)).session.data).toMatchObject({ n: 1, m: 1 })
})

test('an old token that arrives after the move opens the session until the new one was seen, then for the grace, then never', async () => {
  const { servers, clock, world } = await twoKinds()
  const moved = await request(servers.new, world.cookie, ({ data }) => (data['m'] = 1))
  clock.now += day / 2
  expect(await readEverywhere(world, world.cookie)).toEqual(Array(2).fill({ n: 1, m: 1 }))
  await request(servers.new, world.cookie) // touches, and is offered the new token once more
  clock.now += 2 * minute
  await request(servers.new, moved.cookie) // confirms it
  expect(await readEverywhere(world, world.cookie)).toEqual(Array(2).fill({ n: 1, m: 1 }))
  clock.now += minute
  expect(await readEverywhere(world, world.cookie)).toEqual(['stale', 'stale'])
  expect(await readEverywhere(world, moved.cookie)).toEqual(Array(2).fill({ n: 1, m: 1 }))
})

test('the stamp of a user moves with the session, and goes on refusing it', async () => {
  const revocations = referenceBackend()
  const backend = referenceBackend()
  const stamps = { ann: 'first' }
  const options = { securityStamp: () => stamps.ann, warn: () => undefined }
  const secret = randomBytes(32)
  const from = cookieStore({ revocations })
  const to = keyedStore(backend)
  const [before, during, after] = [from, migrateStore({ from, to }), to].map((store) =>
    createSessionManager<TestData>(devConfig(secret, { store, ...options })),
  )
  if (!before || !during || !after) throw new Error('there are three')
  const sealed = await request(before, undefined, (session) => session.login('ann'))
  const moved = await request(during, sealed.cookie, ({ data }) => (data['n'] = 1))
  expect(moved.session.userId).toBe('ann')
  expect((await request(after, moved.cookie)).session.userId).toBe('ann')
  stamps.ann = 'changed'
  for (const cookie of [sealed.cookie, moved.cookie])
    expect((await request(during, cookie)).session.ended).toBe('revoked')
  expect((await request(after, moved.cookie)).session.ended).toBe('revoked')
})
