import type { Visitor } from '@sojourn/conformance/testing'
import type { SessionEvents } from '@sojourn/core'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { ExpressStore } from '../../src/express-session.ts'
import { createWorld, day, expectDead, moved, start } from './world.ts'

describe('an old session that ends before anything has imported it', () => {
  const ends: readonly [string, (visitor: Visitor) => Promise<unknown>][] = [
    ['by a logout', (visitor) => visitor.request((session) => session.destroy())],
    ['by the login of another user', (visitor) => visitor.request((s) => s.login('bob'))],
  ]
  test.each(ends)('%s stays ended, although an old server writes it again', async (_title, end) => {
    const world = await createWorld()
    const old = await world.oldBrowser({ userId: 'ann' })
    const writeAgain = world.slowOldServer()
    await end(moved(world.server(), old))
    expect(world.records).toEqual({})
    writeAgain()
    await expectDead(world, world.server(), old)
  })

  test('by a login gives its data to the new session, and no late request overwrites the cookie', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ cart: [1] })
    const late = moved(server, old)
    const ann = moved(server, old)
    const request = await late.begin()
    await ann.request((session) => session.login('ann'))
    Object.assign(request.session.data, { n: 1 })
    await request.finish()
    expect(request.setCookies).toEqual([])
    const later = await moved(server, old).begin()
    Object.assign(later.session.data, { n: 1 })
    await later.finish()
    expect(later.setCookies).toEqual([])
    expect(await ann.read()).toEqual({ data: { cart: [1] }, userId: 'ann' })
  })

  test('by two parallel logins, as of a double click, gives its data to both', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ cart: [1] })
    const visitors = [moved(server, old), moved(server, old)]
    await Promise.all(visitors.map((visitor) => visitor.request((session) => session.login('ann'))))
    for (const visitor of visitors)
      expect(await visitor.read()).toEqual({ data: { cart: [1] }, userId: 'ann' })
  })
})

test('an old session that expired after its import is not opened again by its cookie (P1)', async () => {
  const world = await createWorld()
  const server = world.server()
  const old = await world.oldBrowser({ userId: 'ann' })
  const writeAgain = world.slowOldServer()
  await moved(server, old).request()
  world.clock.now += 2 * day
  writeAgain()
  await expectDead(world, server, old)
})

describe('an old session that has ended is refused', () => {
  test('for as long as its record may live, although until is moved to a later day', async () => {
    const world = await createWorld()
    const old = await world.oldBrowser({ userId: 'ann' }) // for 10 days
    const writeAgain = world.slowOldServer()
    const until = start + day
    await moved(world.server({ source: { until } }), old).request((session) => session.destroy())
    writeAgain()
    world.forgetEnds()
    world.clock.now = until
    const later = world.server({ source: { until: until + 30 * day } })
    expect(await moved(later, old).read()).toBeNull()
  })

  test.each([
    ['in Redis, of which it has none', { cookie: { originalMaxAge: day }, userId: 'ann' }, -1],
    ['in a store that does not tell it', { cookie: { originalMaxAge: null }, userId: 'ann' }],
  ])(
    'for as long as browsers keep cookies, if its time to live is not known: %s',
    async (...[, record, ttl]) => {
      const world = await createWorld()
      const old = await world.oldBrowser({ userId: 'ann' })
      const get = async () => JSON.stringify(record)
      const client = { get, del: async () => 1, pTTL: async () => ttl } // an old server writes it again at once
      const store: ExpressStore = {
        get: (_sid, done) => done(null, record),
        destroy: (_sid, done) => done(),
      }
      const server = world.server({
        source: ttl === undefined ? { store } : { client, store: undefined as never },
      })
      await moved(server, old).request((session) => session.destroy())
      for (let days = 0; days < 400; days += 20) {
        expect(await moved(server, old).read(), `day ${days}`).toBeNull()
        world.forgetEnds()
        world.clock.now += 20 * day - 60_000
      }
    },
  )
})

test('after until, no old cookie is looked at', async () => {
  const world = await createWorld()
  const server = world.server({ source: { until: new Date(start + day) } })
  const [ann, bob] = [await world.oldBrowser({ n: 1 }), await world.oldBrowser({ n: 2 })]
  expect(await moved(server, ann).read()).toMatchObject({ data: { n: 1 } })
  world.clock.now = start + day
  world.takeCalls()
  expect(await moved(server, bob).read()).toBeNull()
  expect(world.takeCalls()).toEqual([])
})

describe('the old cookie of an imported session', () => {
  test('opens nothing once the new one was used, and after a while counts as a replay (P13)', async () => {
    const world = await createWorld()
    const server = world.server()
    const replays: SessionEvents['replayed'][] = []
    server.on('replayed', (event) => replays.push(event))
    const old = await world.oldBrowser({ userId: 'ann' })
    const ann = moved(server, old)
    await ann.request()
    world.clock.now += 60_000
    await ann.request() // confirms the new token
    world.clock.now += 60_000 // beyond the grace
    expect(await moved(server, old).read()).toBeNull()
    expect(await ann.read()).not.toBeNull()
    world.clock.now += 10 * 60_000
    expect(await moved(server, old).read()).toBeNull()
    expect(replays).toHaveLength(1)
    expect(await ann.read()).toBeNull()
  })

  test('is dead at once after rotate() and after a login of the same user (P4)', async () => {
    for (const elevate of [
      (visitor: Visitor) => visitor.request((session) => session.rotate()),
      (visitor: Visitor) => visitor.request((session) => session.login('ann')),
    ]) {
      const world = await createWorld()
      const server = world.server()
      const old = await world.oldBrowser({ userId: 'ann' })
      const ann = moved(server, old)
      const before = await moved(server, old).begin()
      await elevate(ann)
      expect(await moved(server, old).read()).toBeNull()
      expect(await ann.read()).toMatchObject({ userId: 'ann' })
      Object.assign(before.session.data, { n: 1 })
      await expect(before.finish()).rejects.toMatchObject({ code: 'ERR_SESSION_SUPERSEDED' })
    }
  })

  test('counts for nothing beside a token of ours, and only that is read (P7)', async () => {
    const world = await createWorld()
    const server = world.server()
    const [ann, bob] = [
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'bob' }),
    ]
    const visitor = moved(server, ann)
    await visitor.request()
    visitor.cookie = `${visitor.cookie}; ${bob.cookie}`
    world.takeCalls()
    expect(await visitor.read()).toMatchObject({ userId: 'ann' })
    expect(world.takeCalls()).toEqual(['find'])
  })

  test('is deleted with the token that a logout clears', async () => {
    const world = await createWorld()
    const server = world.server({ source: { domain: 'example.com', path: '/shop' } })
    const old = await world.oldBrowser({ userId: 'ann' })
    const { session, setCookies, finish } = await moved(server, old).begin()
    await session.destroy()
    await finish()
    expect(setCookies).toEqual([
      expect.stringMatching(/^sid=;/),
      'connect.sid=; Path=/shop; Domain=example.com; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    ])
  })
})

describe('cookies', () => {
  test('of two old sessions are ambiguous; what is not genuine beside one changes nothing', async () => {
    const world = await createWorld()
    const server = world.server()
    const [ann, bob] = [
      await world.oldBrowser({ userId: 'ann' }),
      await world.oldBrowser({ userId: 'bob' }),
    ]
    const cookies = [
      [`${ann.cookie}; ${bob.cookie}`, null],
      [`connect.sid=s%3Aforged.abc; ${ann.cookie}`, 'ann'],
      [`${ann.cookie}; connect.sid=s%3Aforged.abc`, 'ann'],
      [`${ann.cookie}; ${ann.cookie}`, 'ann'],
      [`${ann.cookie}; sid=nonsense`, 'ann'],
      [`x=${'y'.repeat(17_000)}; ${ann.cookie}`, null],
    ] as const
    for (const [cookie, userId] of cookies) {
      const { userId: seen = null } = await server.read({ cookie })
      expect(seen, cookie).toBe(userId)
    }
  })

  test('of an old secret in a list are genuine, those of another application are not', async () => {
    const world = await createWorld()
    const old = await world.oldBrowser({ userId: 'ann' })
    const secrets = ['a newer one', 'the secret of the old application']
    const server = world.server({ source: { secret: secrets } })
    expect(await moved(server, old).read()).toMatchObject({ userId: 'ann' })
    const other = world.server({ source: { secret: Buffer.from('another secret') } })
    expect(await moved(other, old).read()).toBeNull()
  })

  test('are read in a request that carries its token in a header, and deleted with its response', async () => {
    const world = await createWorld()
    const server = world.server({ manager: { tokenIn: ['bearer', 'cookie'] } })
    const old = await world.oldBrowser({ userId: 'ann' })
    const { session, carrier, setCookies, finish } = await moved(server, old).begin()
    expect(session.userId).toBe('ann')
    await finish()
    expect(carrier.get('vary')).toContain('Cookie')
    expect(setCookies.some((line) => line.startsWith('connect.sid=;'))).toBe(true)
  })
})

describe('an old store in trouble is never "no session" (P8)', () => {
  const troubles: readonly [string, ExpressStore['get'], string][] = [
    ['rejects', (_sid, done) => done(new Error('down')), 'ERR_STORE_UNAVAILABLE'],
    ['throws', () => JSON.parse(''), 'ERR_STORE_UNAVAILABLE'],
    [
      'returns a rejected promise',
      () => Promise.reject(new Error('down')),
      'ERR_STORE_UNAVAILABLE',
    ],
    ['does not call back', () => undefined, 'ERR_STORE_TIMEOUT'],
  ]
  test.each(troubles)('that %s', async (_title, get, code) => {
    const world = await createWorld()
    const store: ExpressStore = { get, destroy: (_sid, done) => done() }
    const server = world.server({ source: { store }, manager: { storeTimeout: 50 } })
    const failed: unknown[] = []
    server.on('failed', (event) => failed.push(event))
    const old = await world.oldBrowser({ userId: 'ann' })
    const { setCookies } = await moved(server, old)
      .begin()
      .catch((error: unknown) => {
        expect(error).toMatchObject({ code })
        return { setCookies: [] }
      })
    expect(setCookies).toEqual([])
    expect(failed).toMatchObject([{ operation: 'find', error: { code } }])
    expect(await moved(world.server(), old).read()).toMatchObject({ userId: 'ann' })
  })

  test('but a miss that it reports as ENOENT is one, and a second call back is ignored', async () => {
    const world = await createWorld()
    const old = await world.oldBrowser({ userId: 'ann' })
    const missing = Object.assign(new Error('no file'), { code: 'ENOENT' })
    const destroy: ExpressStore['destroy'] = (_sid, done) => done()
    const none = world.server({
      source: { store: { get: (_sid, done) => done(missing), destroy } },
    })
    expect(await moved(none, old).read()).toBeNull()
    const twice: ExpressStore['get'] = (_sid, done) => {
      done(null, { cookie: {}, userId: 'ann' })
      done(new Error('later'))
    }
    const server = world.server({ source: { store: { get: twice, destroy } } })
    expect(await moved(server, old).read()).toMatchObject({ userId: 'ann' })
  })
})

describe('limits are the stricter ones of both sides (P9)', () => {
  test('of idleness: the old maxAge if it is shorter, else ours', async () => {
    const world = await createWorld()
    for (const [maxAge, expected] of [
      ['1h', 3_600_000],
      ['20d', 10 * day],
    ] as const) {
      const server = world.server({ manager: { maxAge } })
      const old = await world.oldBrowser({ userId: 'ann' }) // 10 days
      await moved(server, old).request(({ info }) => {
        expect(info?.expiresAt).toBeGreaterThanOrEqual(start + expected)
        expect(info?.expiresAt).toBeLessThanOrEqual(start + expected + 60_000)
      })
    }
  })

  test('the absolute one begins with the import', async () => {
    const world = await createWorld()
    const server = world.server({ manager: { absoluteTimeout: '2d', maxAge: '1d' } })
    const old = await world.oldBrowser({ userId: 'ann' })
    const ann = moved(server, old)
    await ann.request()
    for (const hours of [12, 24, 36]) {
      world.clock.now = start + hours * 3_600_000
      await ann.request()
      expect(await ann.read()).not.toBeNull()
    }
    world.clock.now = start + 2 * day
    expect(await ann.read()).toBeNull()
  })

  test('and an imported session is no recent login', async () => {
    const world = await createWorld()
    const old = await world.oldBrowser({ userId: 'ann' })
    await moved(world.server(), old).request((session) => {
      expect(() => session.requireRecent('1h')).toThrow(
        expect.objectContaining({ code: 'ERR_SESSION_NOT_RECENT' }),
      )
    })
  })
})

test('nothing of an old session can be seen in the store, and nothing there works as a cookie (P5)', async () => {
  const world = await createWorld()
  const server = world.server()
  const old = await world.oldBrowser({ userId: 'ann' })
  const [sid = ''] = Object.keys(world.records)
  await moved(server, old).request()
  await server.revokeAll('ann')
  const dump = [...world.entries].flatMap(([id, entry]) => [
    id,
    ...('value' in entry ? [Buffer.from(entry.value).toString('latin1')] : []),
  ])
  expect(dump.length).toBeGreaterThanOrEqual(3)
  for (const text of dump) {
    expect(text).not.toContain(sid)
    expect(text).not.toContain(decodeURIComponent(old.cookie ?? '').slice(-20))
  }
  const listed: unknown[] = []
  for await (const session of server.scan()) listed.push(session)
  expect(listed).toEqual([]) // the claims are no sessions
})

test('two managers over one backend import an old session each for itself (P14)', async () => {
  const world = await createWorld()
  const old = await world.oldBrowser({ userId: 'ann' })
  const writeAgain = world.slowOldServer()
  await moved(world.server(), old).request((session) => session.destroy())
  writeAgain()
  expect(await moved(world.server(), old).read()).toBeNull()
  writeAgain() // the first manager has ended it in the store that both have
  const other = world.server({ manager: { cookieName: 'other' } })
  expect(await moved(other, old).read()).toMatchObject({ userId: 'ann' })
})

describe('keepOld', () => {
  test('leaves the old session and its cookie, and the new one is imported once', async () => {
    const world = await createWorld()
    const server = world.server({
      migration: { keepOld: true },
      source: { until: start + 30 * day },
    })
    const old = await world.oldBrowser({ userId: 'ann', n: 1 })
    const ann = moved(server, old)
    await ann.request()
    expect(ann.cookie).toContain(old.cookie)
    expect(ann.cookie).toContain('sid=')
    expect(await old.read()).toEqual({ userId: 'ann', n: 1 })
    await ann.request((session) => session.destroy())
    await expectDead(world, server, old)
  })
})

describe('a session that is only read', () => {
  test('is not imported, by read(), a passive request or a watch that has just begun', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ userId: 'ann' })
    const headers = { cookie: old.cookie ?? '' }
    expect((await server.read(headers)).userId).toBe('ann')
    const watch = await server.watch(headers)
    onTestFinished(() => watch.close())
    expect(watch.session.userId).toBe('ann')
    expect(Object.keys(world.records)).toHaveLength(1)
    expect(world.entries.size).toBe(0)
  })

  test('ends for its watch when it is imported and logged out', async () => {
    const world = await createWorld()
    const server = world.server()
    const old = await world.oldBrowser({ userId: 'ann' })
    const watch = await server.watch({ cookie: old.cookie ?? '' })
    onTestFinished(() => watch.close())
    const ann = moved(server, old)
    await ann.request()
    expect(await watch.keepAlive()).toBe(true)
    await ann.request((session) => session.destroy())
    expect(await watch.ended).toBe('logout')
  })
})
