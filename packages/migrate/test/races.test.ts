import { describe, expect, test } from 'vitest'
import { atEachCall, forgetEnds, liveIn, readEverywhere, type Server, type World } from './world.ts'

/** How many calls a request makes that moves a session: two look-ups, and at least leave, admit, end and write. */
const callsOfAMove = 6

const ends: [string, (server: Server, world: World) => Promise<unknown>][] = [
  [
    'logout',
    (server, { ann }) =>
      ann
        .at(server)
        .copy()
        .request((session) => session.destroy()),
  ],
  ['revoke', (server, { id }) => server.revoke(id)],
  ['revokeAll', (server) => server.revokeAll('ann')],
  [
    'login of somebody else',
    (server, { ann }) =>
      ann
        .at(server)
        .copy()
        .request((s) => s.login('bob')),
  ],
]

describe.each(['old', 'new'] as const)('on a server that knows the %s step', (step) => {
  test.each(ends)('%s wins against a move, whenever it comes, for good', async (_title, end) => {
    const calls = await atEachCall(async (world, interrupt) => {
      let hasEnded = false
      const mover = interrupt(async (run) => {
        await end(world.servers[step], world)
        hasEnded = true
        return run()
      })
      const { cookie } = world.ann
      await world.ann
        .at(mover)
        .copy()
        .request((session) => Object.assign(session.data, { m: 1 }))
      if (!hasEnded) await end(world.servers[step], world)
      for (let n = 0; n < 2; n++) {
        expect(await readEverywhere(world, cookie)).toBeNull()
        expect(liveIn(world)).toEqual([])
        expect(await world.servers.new.sessions('ann')).toEqual([])
        forgetEnds(world)
      }
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })

  test('a change that comes during a move is kept, and so is that of the mover', async () => {
    const calls = await atEachCall(async (world, interrupt) => {
      const { ann, servers } = world
      const mover = interrupt(async (run) => {
        await ann
          .at(servers[step])
          .copy()
          .request(({ data }) => Object.assign(data, { rival: 1 }))
        await ann
          .at(servers[step])
          .copy()
          .request((session) => session.update(increment))
        return run()
      })
      await ann.at(mover).request(async (session) => {
        session.data['mine'] = 1
        await session.update(increment)
      })
      const { n, rival = 1, mine } = (await readEverywhere(world, ann.cookie)) ?? {}
      const isInterrupted = 'rival' in ((await readEverywhere(world, ann.cookie)) ?? {})
      expect({ n, rival, mine }).toEqual({ n: isInterrupted ? 3 : 2, rival: 1, mine: 1 })
      expect(liveIn(world)).toEqual(['to'])
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })

  test('rotate() cuts clean during a move: the old token is dead, the new one good', async () => {
    const calls = await atEachCall(async (world, interrupt) => {
      const { ann, servers } = world
      const rival = ann.copy()
      const mover = interrupt(async (run) => {
        await rival.at(servers[step]).request((session) => session.rotate())
        return run()
      })
      const old = ann.cookie
      const failed = await ann
        .at(mover)
        .request((session) => session.update(increment))
        .then(
          () => undefined,
          (error: { code: string }) => error.code,
        )
      if (rival.cookie === old) return
      expect(['ERR_SESSION_SUPERSEDED', 'ERR_SESSION_ENDED']).toContain(failed)
      expect(await readEverywhere(world, old)).toBeNull()
      expect(await readEverywhere(world, rival.cookie)).toEqual({ n: 1 })
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })
})

test('a change on a server of the old step is kept when another server moves the session meanwhile', async () => {
  const calls = await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const slow = interrupt(
      async (run) => {
        await ann
          .at(servers.new)
          .copy()
          .request(({ data }) => Object.assign(data, { rival: 1 }))
        return run()
      },
      { move: false },
    )
    await ann.at(slow).request(({ data }) => Object.assign(data, { mine: 1 }))
    await ann.at(servers.new).request(({ data }) => Object.assign(data, { rival: 1 }))
    expect(await readEverywhere(world, ann.cookie)).toEqual({ n: 1, mine: 1, rival: 1 })
    expect(liveIn(world)).toEqual(['to'])
  })
  expect(calls).toBeGreaterThanOrEqual(3)
})

test('an end by a server that knows only the old store wins against a move, for good', async () => {
  await atEachCall(async (world, interrupt) => {
    const { ann, unaware, id } = world
    let hasEnded = false
    const mover = interrupt(async (run) => {
      hasEnded = await unaware.revoke(id) // after its move it is out of that server's reach
      return run()
    })
    await ann
      .at(mover)
      .copy()
      .request(({ data }) => Object.assign(data, { mine: 1 }))
    if (!hasEnded) return
    forgetEnds(world)
    expect(await readEverywhere(world, ann.cookie)).toBeNull()
  })
})

test('of two requests that move one session both keep what they changed, as one session', async () => {
  const calls = await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const mover = interrupt(async (run) => {
      await ann
        .at(servers.new)
        .copy()
        .request(({ data }) => Object.assign(data, { rival: 1 }))
      return run()
    })
    await ann.at(mover).request(({ data }) => Object.assign(data, { mine: 1 }))
    await ann.at(servers.new).request(({ data }) => Object.assign(data, { rival: 1 }))
    expect(await readEverywhere(world, ann.cookie)).toEqual({ n: 1, mine: 1, rival: 1 })
    expect(await servers.new.sessions('ann')).toHaveLength(1)
    expect(liveIn(world)).toEqual(['to'])
  })
  expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
})

test('a session that is listed while it moves is listed once', async () => {
  await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const mover = interrupt(async (run) => {
      for (const server of Object.values(servers))
        expect((await server.sessions('ann')).map(({ id }) => id)).toEqual([world.id])
      return run()
    })
    await ann.at(mover).request(({ data }) => Object.assign(data, { mine: 1 }))
  })
})

test('a session that moves while it is listed is listed once', async () => {
  await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const lister = interrupt(async (run) => {
      await ann
        .at(servers.new)
        .copy()
        .request(({ data }) => Object.assign(data, { mine: 1 }))
      return run()
    })
    expect((await lister.sessions('ann')).map(({ id }) => id)).toEqual([world.id])
  })
})

function increment(data: object): void {
  const counted = data as { n?: number }
  counted.n = (counted.n ?? 0) + 1
}
