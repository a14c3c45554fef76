import type { TestData } from '@sojourn/conformance/testing'
import type { Session } from '@sojourn/core'
import { describe, expect, test } from 'vitest'
import type { OldBrowser } from './old-app.ts'
import { atEachCall, createWorld, moved, type Server } from './world.ts'

/** What an importing request calls: look-ups of claim, record and user; claim, record, insert, end and user. */
const callsOfAnImport = 8

const put =
  (keys: TestData) =>
  ({ data }: Session<TestData>) => {
    Object.assign(data, keys)
  }

const ends: readonly [string, (server: Server, old: OldBrowser) => Promise<unknown>][] = [
  ['a logout', (server, old) => moved(server, old).request((session) => session.destroy())],
  ['revokeAll', (server) => server.revokeAll('ann')],
  ['revokeEverybody', (server) => server.revokeEverybody()],
  ['a login', (server, old) => moved(server, old).request((session) => session.login('bob'))],
  ['a re-authentication', (server, old) => moved(server, old).request((s) => s.login('ann'))],
  ['rotate()', (server, old) => moved(server, old).request((session) => session.rotate())],
]

describe('at each call of an import', () => {
  test.each(ends)('%s wins, and the old cookie opens nothing any more', async (_title, end) => {
    const calls = await atEachCall(async (world, interrupt) => {
      const server = world.server()
      const old = await world.oldBrowser({ userId: 'ann', n: 1 })
      const writeAgain = world.slowOldServer()
      let hasEnded = false
      const importer = interrupt(async (run) => {
        await end(server, old)
        hasEnded = true
        return run()
      })
      await moved(importer, old)
        .request(put({ m: 1 }))
        .catch(({ code }) => expect(code).toBe('ERR_SESSION_SUPERSEDED'))
      if (!hasEnded) await end(server, old)
      writeAgain()
      for (let minutes = 0; minutes < 3; minutes++) {
        expect(await moved(world.server(), old).read()).toBeNull()
        world.forgetEnds()
      }
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAnImport)
  })

  test.each(ends.slice(1, 3))('%s ends what the import has made', async (_title, end) => {
    await atEachCall(async (world, interrupt) => {
      const server = world.server()
      const old = await world.oldBrowser({ userId: 'ann' })
      let hasEnded = false
      const importer = interrupt(async (run) => {
        await end(server, old)
        hasEnded = true
        return run()
      })
      const ann = moved(importer, old)
      await ann.request()
      if (!hasEnded) await end(server, old)
      expect(await ann.at(server).read()).toBeNull()
      expect(await server.sessions('ann')).toEqual([])
    })
  })

  test('a parallel request keeps what it changes, in the same session', async () => {
    const calls = await atEachCall(async (world, interrupt) => {
      const server = world.server()
      const old = await world.oldBrowser({ userId: 'ann', n: 1 })
      const rivals: string[] = []
      const importer = interrupt(async (run) => {
        const rival = moved(server, old)
        await rival.request(put({ rival: 1 }))
        rivals.push(await rival.request((session) => session.id))
        return run()
      })
      const ann = moved(importer, old)
      await ann.request(put({ mine: 1 }))
      const id = await moved(server, old).request((session) => session.id)
      const seen = await moved(world.server(), old).read()
      expect(seen?.data).toEqual({ userId: 'ann', n: 1, mine: 1, ...(rivals[0] && { rival: 1 }) })
      expect(rivals).toEqual(rivals.map(() => id))
      expect((await server.sessions('ann')).map((session) => session.id)).toEqual([id])
      expect(Object.keys(world.records)).toEqual([])
    })
    expect(calls).toBeGreaterThanOrEqual(callsOfAnImport)
  })

  test('a crash logs nobody out, and the next request completes the import', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const old = await world.oldBrowser({ userId: 'ann', n: 1 })
        const dying = interrupt(() => Promise.reject(new Error('ECONNRESET')))
        await moved(dying, old)
          .request()
          .catch(() => undefined)
        const ann = moved(world.server(), old)
        await ann.request(put({ m: 1 }))
        expect((await ann.read())?.data).toEqual({ userId: 'ann', n: 1, m: 1 })
        expect(await world.server().sessions('ann')).toHaveLength(1)
        expect(Object.keys(world.records)).toEqual([])
      },
      { isDead: true },
    )
  })

  test.each([
    ['logs in', {}, 'ann'],
    ['logs in another user', { userId: 'bob' }, 'ann'],
  ])(
    'an old server that %s under the same id loses nobody before the record is read again, and gives no token away',
    async (...[, before, userId]) => {
      let wins = 0
      const calls = await atEachCall(async (world, interrupt) => {
        const old = await world.oldBrowser({ ...before, n: 1 })
        const importer = interrupt(async (run) => {
          await old.put({ userId })
          return run()
        })
        const { cookie } = old
        const early = moved(importer, old)
        let code: unknown
        await early.request(put({ early: 1 })).catch((error) => {
          code = error.code
        })
        const server = world.server()
        const ann = moved(server, old)
        const seen = await ann.read()
        if (old.cookie !== cookie || seen?.userId !== userId) return // it was imported before the login
        wins++
        await ann.request(put({ m: 1 }))
        world.forgetEnds()
        expect(await ann.read()).toMatchObject({ data: { n: 1, m: 1 }, userId })
        expect(await server.sessions(userId)).toHaveLength(1)
        expect(await server.sessions('bob')).toEqual([])
        if (code === undefined) return // it was read after the login
        expect(code).toBe('ERR_SESSION_SUPERSEDED')
        expect(early.cookie).toBe(old.cookie)
      })
      expect(calls).toBeGreaterThanOrEqual(callsOfAnImport - 2) // a visitor needs no look-up of a user
      expect(wins).toBeGreaterThanOrEqual(3)
    },
  )

  test('a logout after a crash ends the old record too', async () => {
    await atEachCall(
      async (world, interrupt) => {
        const old = await world.oldBrowser({ userId: 'ann' })
        const dying = interrupt(() => Promise.reject(new Error('ECONNRESET')))
        await moved(dying, old)
          .request()
          .catch(() => undefined)
        await moved(world.server(), old).request((session) => session.destroy())
        expect(Object.keys(world.records)).toEqual([])
      },
      { isDead: true },
    )
  })

  test('a logout that fails has ended the old record once it is repeated', async () => {
    await atEachCall(async (world, interrupt) => {
      const old = await world.oldBrowser({ userId: 'ann' })
      const failing = interrupt(() => Promise.reject(new Error('ECONNRESET')))
      const logOut = (server: Server) => moved(server, old).request((session) => session.destroy())
      await logOut(failing).catch(() => undefined)
      await logOut(world.server())
      expect(Object.keys(world.records)).toEqual([])
      expect(await moved(world.server(), old).read()).toBeNull()
    })
  })

  test('a lost reply changes nothing', async () => {
    await atEachCall(async (world, interrupt) => {
      const old = await world.oldBrowser({ userId: 'ann', n: 1 })
      const importer = interrupt(async (run) => {
        await run()
        throw new Error('ECONNRESET')
      })
      const ann = moved(importer, old)
      await ann.request(put({ m: 1 })).catch(() => undefined)
      const next = moved(world.server(), old)
      await next.request(put({ k: 1 }))
      expect((await next.read())?.data).toMatchObject({ userId: 'ann', n: 1, k: 1 })
    })
  })
})

test('twenty parallel first requests make one session, and no token of them is dead', async () => {
  const world = await createWorld()
  const servers = [world.server(), world.server()]
  const old = await world.oldBrowser({ userId: 'ann' })
  const visitors = Array.from({ length: 20 }, (_, n) => moved(servers[n % 2] as Server, old))
  await Promise.all(visitors.map((visitor, n) => visitor.request(put({ [`k${n}`]: n }))))
  expect(await world.server().sessions('ann')).toHaveLength(1)
  for (const visitor of visitors) expect(await visitor.read()).toMatchObject({ userId: 'ann' })
  const cookies = new Set(visitors.map(({ cookie }) => cookie))
  expect([...cookies].filter((cookie) => cookie?.startsWith('sid='))).toHaveLength(1)
  const { data = {} } = (await visitors[0]?.read()) ?? {}
  expect(Object.keys(data)).toHaveLength(21)
})

test('an imported id is the same for a visitor who is not logged in', async () => {
  const world = await createWorld()
  const old = await world.oldBrowser({ cart: [1] })
  const ids = await Promise.all(
    [1, 2].map(() => moved(world.server(), old).request((session) => session.id)),
  )
  expect(ids[0]).toBe(ids[1])
})
