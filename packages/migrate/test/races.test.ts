import { describe, expect, test } from 'vitest'
import { visit } from './support.ts'
import {
  atEachCall,
  forgetEnds,
  liveIn,
  look,
  type Server,
  type World,
  withCookie,
} from './world.ts'

/** How many calls a request makes that moves a session: two look-ups, and at least leave, admit, end and write. */
const callsOfAMove = 6

const ends: [string, (server: Server, world: World) => Promise<unknown>][] = [
  ['logout', (server, { ann }) => visit(server, copyOf(ann), (session) => session.destroy())],
  ['revoke', (server, { id }) => server.revoke(id)],
  ['revokeAll', (server) => server.revokeAll('ann')],
  [
    'login of somebody else',
    (server, { ann }) => visit(server, copyOf(ann), (s) => s.login('bob')),
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
      const { cookie } = world.ann.jar
      await visit(mover, copyOf(world.ann), (session) => Object.assign(session.data, { m: 1 }))
      if (!hasEnded) await end(world.servers[step], world)
      for (let n = 0; n < 2; n++) {
        expect(await look(world, cookie)).toBeNull()
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
        await visit(servers[step], copyOf(ann), ({ data }) => Object.assign(data, { rival: 1 }))
        await visit(servers[step], copyOf(ann), (session) => session.update(increment))
        return run()
      })
      await visit(mover, ann, async (session) => {
        session.data['mine'] = 1
        await session.update(increment)
      })
      const { n, rival = 1, mine } = (await look(world, ann.jar.cookie)) ?? {}
      const isInterrupted = 'rival' in ((await look(world, ann.jar.cookie)) ?? {})
      expect({ n, rival, mine }).toEqual({ n: isInterrupted ? 3 : 2, rival: 1, mine: 1 })
      expect(liveIn(world)).toEqual(['to'])
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })

  test('rotate() cuts clean during a move: the old token is dead, the new one good', async () => {
    const calls = await atEachCall(async (world, interrupt) => {
      const { ann, servers } = world
      const rival = copyOf(ann)
      const mover = interrupt(async (run) => {
        await visit(servers[step], rival, (session) => session.rotate())
        return run()
      })
      const old = ann.jar.cookie
      const failed = await visit(mover, ann, (session) => session.update(increment)).then(
        () => undefined,
        (error: { code: string }) => error.code,
      )
      if (rival.jar.cookie === old) return
      expect(['ERR_SESSION_SUPERSEDED', 'ERR_SESSION_ENDED']).toContain(failed)
      expect(await look(world, old)).toBeNull()
      expect(await look(world, rival.jar.cookie)).toEqual({ n: 1 })
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAMove)
  })
})

test('a change on a server of the old step is kept when another server moves the session meanwhile', async () => {
  const calls = await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const slow = interrupt(
      async (run) => {
        await visit(servers.new, copyOf(ann), ({ data }) => Object.assign(data, { rival: 1 }))
        return run()
      },
      { move: false },
    )
    await visit(slow, ann, ({ data }) => Object.assign(data, { mine: 1 }))
    await visit(servers.new, ann, ({ data }) => Object.assign(data, { rival: 1 }))
    expect(await look(world, ann.jar.cookie)).toEqual({ n: 1, mine: 1, rival: 1 })
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
    await visit(mover, copyOf(ann), ({ data }) => Object.assign(data, { mine: 1 }))
    if (!hasEnded) return
    forgetEnds(world)
    expect(await look(world, ann.jar.cookie)).toBeNull()
  })
})

test('of two requests that move one session both keep what they changed, as one session', async () => {
  const calls = await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const mover = interrupt(async (run) => {
      await visit(servers.new, copyOf(ann), ({ data }) => Object.assign(data, { rival: 1 }))
      return run()
    })
    await visit(mover, ann, ({ data }) => Object.assign(data, { mine: 1 }))
    await visit(servers.new, ann, ({ data }) => Object.assign(data, { rival: 1 }))
    expect(await look(world, ann.jar.cookie)).toEqual({ n: 1, mine: 1, rival: 1 })
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
    await visit(mover, ann, ({ data }) => Object.assign(data, { mine: 1 }))
  })
})

test('a session that moves while it is listed is listed once', async () => {
  await atEachCall(async (world, interrupt) => {
    const { ann, servers } = world
    const lister = interrupt(async (run) => {
      await visit(servers.new, copyOf(ann), ({ data }) => Object.assign(data, { mine: 1 }))
      return run()
    })
    expect((await lister.sessions('ann')).map(({ id }) => id)).toEqual([world.id])
  })
})

function copyOf({ jar }: World['ann']): World['ann'] {
  return withCookie(jar.cookie)
}

function increment(data: object): void {
  const counted = data as { n?: number }
  counted.n = (counted.n ?? 0) + 1
}
