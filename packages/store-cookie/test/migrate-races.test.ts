import { describe, expect, test } from 'vitest'
import {
  atEachCall,
  forgetEnds,
  readEverywhere,
  type Server,
  type World,
} from './migration-world.ts'
import { day, minute, request } from './support.ts'

/** How many calls a request makes that moves a sealed session: two look-ups, then leave, admit, end and write. */
const callsOfAMove = 6
const lost = () => Promise.reject(new Error('ECONNRESET'))

const ends: [string, (server: Server, world: World) => Promise<unknown>, string][] = [
  ['logout', (server, { cookie }) => request(server, cookie, (s) => s.destroy()), 'logout'],
  ['revoke', (server, { id }) => server.revoke(id), 'revoked'],
  ['login of bob', (server, { cookie }) => request(server, cookie, (s) => s.login('bob')), 'login'],
]

describe.each(['old', 'new'] as const)('on a server that knows the %s step', (step) => {
  test('rotate() cuts clean while a sealed session moves: the old token is dead, the new one good', async () => {
    const calls = await atEachCall(async (world, interrupted) => {
      let rotated: string | undefined
      const mover = interrupted(async (run) => {
        const rival = request(world.servers[step], world.cookie, (session) => session.rotate())
        rotated = (await rival).cookie
        return run()
      })
      const moving = request(mover, world.cookie, ({ data }) => (data['m'] = 1))
      const outcome = await moving.then(({ session }) => session.ended, codeOf)
      if (rotated === undefined) return
      expect(['stale', 'ERR_SESSION_SUPERSEDED']).toContain(outcome)
      expect(await readEverywhere(world, world.cookie)).toEqual(['stale', 'stale'])
      expect(await readEverywhere(world, rotated)).toEqual([{ n: 1 }, { n: 1 }])
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })

  test.each(ends)('%s wins against the move of a sealed session, for good', async (...[, end]) => {
    const calls = await atEachCall(async (world, interrupted) => {
      let hasEnded = false
      const mover = interrupted(async (run) => {
        await end(world.servers[step], world)
        hasEnded = true
        return run()
      })
      const { cookie } = await request(mover, world.cookie, ({ data }) => (data['m'] = 1))
      if (!hasEnded) await end(world.servers[step], world)
      forgetEnds(world)
      for (const each of [world.cookie, cookie])
        for (const seen of await readEverywhere(world, each)) expect(seen).toBeTypeOf('string')
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })
})

test('what another server changes once a sealed session is leaving moves with it', async () => {
  let kept = 0
  await atEachCall(async (world, interrupted) => {
    let isLeaving = false
    const mover = interrupted(async (run) => {
      isLeaving = world.entries.revocations.has(world.id)
      await request(world.servers.old, world.cookie, ({ data }) => (data['rival'] = 1))
      return run()
    })
    const { cookie } = await request(mover, world.cookie, ({ data }) => (data['m'] = 1))
    if (!isLeaving) return
    kept++
    expect((await readEverywhere(world, cookie))[0]).toEqual({ n: 1, m: 1, rival: 1 })
  })
  expect(kept).toBeGreaterThanOrEqual(3)
})

test('of two requests that move a sealed session both keep what they changed', async () => {
  await atEachCall(async (world, interrupted) => {
    const mover = interrupted(async (run) => {
      await request(world.servers.new, world.cookie, ({ data }) => (data['rival'] = 1))
      return run()
    })
    const { cookie } = await request(mover, world.cookie, ({ data }) => (data['m'] = 1))
    await request(world.servers.new, cookie, ({ data }) => (data['rival'] = 1))
    for (const each of [cookie, world.cookie])
      expect(await readEverywhere(world, each)).toEqual(Array(2).fill({ n: 1, m: 1, rival: 1 }))
  })
})

const faults: [string, <Result>(run: () => Promise<Result>) => Promise<Result>][] = [
  ['is not made', lost],
  ['is made and its reply is lost', (run) => run().then(lost)],
]
const afterwards: [string, (world: World) => Promise<unknown>][] = [
  [
    'can be written',
    async (world) => {
      const [before] = await readEverywhere(world, world.cookie)
      const { cookie } = await request(world.servers.old, world.cookie, ({ data }) => {
        data['added'] = 1
      })
      expect((await readEverywhere(world, cookie))[0]).toEqual({ ...Object(before), added: 1 })
    },
  ],
  [
    'lives on by being read',
    async ({ clock, servers, ...world }) => {
      let { cookie } = world
      for (let days = 0; days < 3; days++) {
        clock.now += day - minute
        ;({ cookie } = await request(servers.old, cookie))
      }
      expect((await request(servers.old, cookie)).session.userId).toBe('ann')
    },
  ],
  [
    'can be elevated',
    async (world) => {
      const { cookie } = await request(world.servers.old, world.cookie, (each) => each.rotate())
      expect(await readEverywhere(world, world.cookie)).toEqual(['stale', 'stale'])
      expect((await readEverywhere(world, cookie))[0]).toMatchObject({ n: 1 })
    },
  ],
  [
    'logs out for good',
    async (world) => {
      await request(world.servers.old, world.cookie, (session) => session.destroy())
      forgetEnds(world)
      for (const seen of await readEverywhere(world, world.cookie))
        expect(seen).toBeTypeOf('string')
    },
  ],
  [
    'is over once a server of the last step has ended it',
    async (world) => {
      if (!(await world.last.revoke(world.id))) return // it had not come that far
      forgetEnds(world)
      for (const seen of await readEverywhere(world, world.cookie))
        expect(seen).toBeTypeOf('string')
    },
  ],
]

describe.each(faults)(
  'a server that dies moving a sealed session, at a call that %s',
  (_t, act) => {
    test.each(afterwards)('leaves it whole: it opens and %s', async (_title, check) => {
      const calls = await atEachCall(async (world, interrupted) => {
        const dying = interrupted(act, { move: true, isDead: true })
        await request(dying, world.cookie, ({ data }) => (data['m'] = 1)).catch(codeOf)
        for (const seen of await readEverywhere(world, world.cookie))
          expect(seen).toMatchObject({ n: 1 })
        await check(world)
      })
      expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
    })
  },
)

function codeOf({ code }: { code?: string }): string {
  return String(code)
}
