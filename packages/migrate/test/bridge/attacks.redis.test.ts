import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import type { Session } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { RedisStore } from 'connect-redis-10'
import { describe, expect, test } from 'vitest'
import { startOldApp } from '../express-session/old-app.ts'
import { createWorld, secret } from './world.ts'

const onlyOld = (cookie = '') => cookie.replace(/(^|; )sid=[^;]*/, '').replace(/^; /, '')
const onlyToken = (cookie = '') => cookie.replace(/(; )?connect\.sid=[^;]*/, '')
const put =
  (values: object) =>
  ({ data }: Session<TestData>) =>
    void Object.assign(data, values)

describe('what an old server may write', () => {
  const strange = {
    constructor: 'c',
    toString: 't',
    hasOwnProperty: 'h',
    ['__proto__']: { isAdmin: true },
    n: 1,
  }

  test('names that express-session ignores change nothing, and nothing of Object', async () => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser(JSON.parse(JSON.stringify({ n: 0 })), world.server())
    await ann.request()
    const old = await world.oldRequest(ann)
    for (const [name, value] of Object.entries(strange))
      Object.defineProperty(old.data, name, { value, enumerable: true })
    await old.save()
    await ann.request(put({ ofNew: 1 }))
    await ann.request(({ data }) => {
      expect(Object.entries(data)).toEqual([
        ['n', 1],
        ['ofNew', 1],
      ])
      expect(Reflect.get(data, 'isAdmin')).toBeUndefined()
    })
    expect(await world.oldData(ann)).toEqual({ n: 1, ofNew: 1 })
  })

  test.each([
    ['text', 'forged'],
    ['null', null],
    ['a stamp of another session', { of: 'x', tag: 'abcdefgh', base: {} }],
    ['a base that is a list', { tag: 'abcdefgh', base: ['n'] }],
    ['a base of another type', { tag: 'abcdefgh', base: { n: { includes: true } } }],
    ['a tag of Object', { tag: 'toString', base: {} }],
    ['a tag that is a prototype', { tag: '__proto__', base: {} }],
  ])('a stamp that is %s changes only what the record says', async (_, forged) => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser({ passport: { user: 'ann' }, n: 0 }, world.server())
    await ann.request(put({ ofNew: 1 }))
    for (let round = 1; round < 3; round++) {
      const old = await world.oldRequest(ann)
      const { of } = Object(old.data['_sojourn'])
      old.data['_sojourn'] =
        forged && typeof forged === 'object' ? { of, ...Object(forged) } : forged
      old.data['n'] = round
      await old.save()
      expect(await ann.read()).toMatchObject({ userId: 'ann', data: { n: round, ofNew: 1 } })
    }
    expect(await world.oldData(ann)).toMatchObject({ n: 2, ofNew: 1 })
  })

  test('a stamp copied from another session counts for nothing', async () => {
    const world = await createWorld('redis')
    const [ann, eve] = await Promise.all([
      world.oldBrowser({ passport: { user: 'ann' }, n: 0 }, world.server()),
      world.oldBrowser({ passport: { user: 'eve' }, n: 0, extra: 1 }, world.server()),
    ])
    await ann.request()
    await eve.request()
    const [ofAnn, ofEve] = [await world.oldRequest(ann), await world.oldRequest(eve)]
    ofAnn.data['_sojourn'] = ofEve.data['_sojourn']
    await ofAnn.save()
    expect(await ann.read()).toEqual({ userId: 'ann', data: { passport: { user: 'ann' }, n: 0 } })
  })

  test('the whole record again (resave) does not leave old servers behind', async () => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser({ n: 0 }, world.server())
    await ann.request()
    const slow = await world.oldRequest(ann)
    await ann.request(put({ ofNew: 1 }))
    await slow.save()
    expect(await world.oldData(ann)).toEqual({ n: 0 })
    await ann.request()
    expect(await world.oldData(ann)).toEqual({ n: 0, ofNew: 1 })
  })

  test('a session that is larger than maxDataBytes is an error with a code, and loses nothing', async () => {
    const world = await createWorld('redis')
    const text = 'x'.repeat(64 * 1024 - 100)
    const ann = await world.oldBrowser({ passport: { user: 'ann' }, text }, world.server())
    expect(await ann.request(({ data }) => data['text'] === text)).toBe(true)
    expect(await world.oldData(ann)).toMatchObject({ text })
    const old = await world.oldRequest(ann)
    old.data['more'] = text
    await old.save()
    await expect(ann.request()).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
    expect(await world.oldData(ann)).toMatchObject({ text, more: text })
    const unseen = await world.oldBrowser({ text, more: text }, world.server())
    expect(await unseen.read()).toBeNull()
    expect(await world.oldData(unseen)).toBeDefined()
    const roomy = world.server({ maxDataBytes: 200_000 })
    expect(await ann.at(roomy).read()).toMatchObject({ userId: 'ann', data: { text, more: text } })
  })
})

describe('what an application of old servers may do', () => {
  test.each([
    ['a longer life', 30 * 86_400_000, 2_500_000_000],
    ['a session cookie', null, 80_000_000],
  ])('%s by cookie.maxAge is kept by a write of a new server', async (_, maxAge, atLeast) => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser({ n: 0 }, world.server(), maxAge)
    const name = world.recordOf(ann)
    await ann.request(put({ n: 1 }))
    expect(await world.client.pTTL(name)).toBeGreaterThan(atLeast)
    expect(await world.oldData(ann)).toEqual({ n: 1 })
    const { cookie } = JSON.parse((await world.client.get(name)) ?? '')
    expect(cookie.originalMaxAge).toBe(maxAge)
  })

  test.each([
    ['ttl', 400_000_000],
    ['disableTTL', -1],
  ])('a record that connect-redis keeps for longer, by its %s, is not cut', async (_, ttl) => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser({ n: 0 }, world.server(), null)
    await ann.request()
    const name = world.recordOf(ann)
    if (ttl < 0) await world.client.persist(name)
    else await world.client.pExpire(name, ttl)
    for (let n = 1; n < 4; n++) await ann.request(put({ n }))
    expect(await world.oldData(ann)).toEqual({ n: 3 })
    const left = await world.client.pTTL(name)
    if (ttl < 0) expect(left).toBe(-1)
    else expect(left).toBeGreaterThan(ttl - 60_000)
  })

  test('rolling: true and saveUninitialized: true of the real express-session do no harm', async () => {
    const world = await createWorld('redis')
    const open = await startOldApp({
      secret,
      store: new RedisStore({ client: world.client, prefix: world.oldPrefix }),
      rolling: true,
      saveUninitialized: true,
      resave: true,
      cookie: { maxAge: 86_400_000 },
    })
    const browser = open()
    await browser.read() // a session without data
    const ann = createVisitor<TestData>(world.server(), browser.cookie)
    await ann.request((session) => session.login('ann'))
    await browser.read() // rolling: sends the visitor's cookie, and makes it anew as it is gone
    const late = `${onlyOld(browser.cookie)}; ${onlyToken(ann.cookie)}`
    const mixed = createVisitor<TestData>(world.server(), late)
    expect(await mixed.read()).toMatchObject({ userId: 'ann' })
    await mixed.request()
    expect(await world.oldData(mixed)).toEqual({ passport: { user: 'ann' } }) // it has its cookie again
    await mixed.request((session) => session.destroy())
    expect(await createVisitor(world.server(), late).read()).toEqual({
      userId: undefined,
      data: {},
    })
    expect(await ann.read()).toBeNull()
  })

  test('regenerate without data is a logout', async () => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser({ passport: { user: 'ann' }, n: 1 }, world.server())
    await ann.request()
    const { cookie: before } = ann
    await world.oldRegenerate(ann, {})
    await ann.request(({ userId, data }) => {
      expect(userId).toBeUndefined()
      expect({ ...data }).toEqual({})
    })
    for (const cookie of [before, onlyOld(before), onlyToken(before)])
      expect(await createVisitor(world.server(), cookie).read()).toBeNull()
    await ann.request(put({ cart: 1 }))
    expect(await ann.read()).toMatchObject({ data: { cart: 1 } })
  })

  test('requests that only touch leave the record as it is', async () => {
    const world = await createWorld('redis')
    const ann = await world.oldBrowser({ n: 1 }, world.server())
    await ann.request()
    await ann.request()
    const before = await world.client.get(world.recordOf(ann))
    await world.client.pExpire(world.recordOf(ann), 90_000_000) // what connect-redis does
    await ann.request()
    expect(await world.client.get(world.recordOf(ann))).toBe(before)
  })

  test('what logIn puts there may be different each time, and readers still write nothing', async () => {
    const world = await createWorld('redis')
    let logins = 0
    const logIn = (data: Record<string, unknown>, user: string) => {
      Object.assign(data, { passport: { user }, loginNumber: ++logins })
    }
    const ann = createVisitor<TestData>(world.server({ logIn }))
    await ann.request((session) => session.login('ann'))
    const before = await world.client.get(world.recordOf(ann))
    for (let n = 0; n < 3; n++) await ann.request()
    expect(await world.client.get(world.recordOf(ann))).toBe(before)
  })
})

describe('who attacks', () => {
  test("a token of the victim and the attacker's own old cookie open one session, never a mixture", async () => {
    const world = await createWorld('redis')
    const server = world.server()
    const eve = await world.oldBrowser({ passport: { user: 'eve' }, ofEve: 1 }, server)
    const ann = await world.oldBrowser({ passport: { user: 'ann' }, ofAnn: 1 }, server)
    await ann.request()
    const stolen = createVisitor(server, `${onlyToken(ann.cookie)}; ${eve.cookie}`)
    await stolen.request((session) => {
      expect(session.userId).toBe('eve')
      expect({ ...session.data }).toEqual({ passport: { user: 'eve' }, ofEve: 1 })
      session.data['written'] = 1
    })
    expect(await world.oldData(ann)).toBeUndefined() // ended, as at a login over it
    expect(await world.oldData(eve)).toMatchObject({ ofEve: 1, written: 1 })
  })

  test("an old cookie without its user opens nothing beside a user's token, and loses nothing", async () => {
    const world = await createWorld('redis')
    const server = world.server()
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, server)
    await ann.request()
    const eve = await world.oldBrowser({ planted: 1 }, server)
    const tossed = createVisitor(server, `${onlyToken(ann.cookie)}; ${eve.cookie}`)
    await tossed.request(({ userId, data }) => {
      expect(userId).toBe('ann')
      expect(data).not.toHaveProperty('planted')
    })
    expect(await world.oldData(tossed)).toEqual({ passport: { user: 'ann' } })
  })

  test('a planted visitor session is dead once its user has logged in', async () => {
    const world = await createWorld('redis')
    const planted = await world.oldBrowser({ n: 1 }, world.server())
    const victim = planted.copy()
    await victim.request((session) => session.login('ann'))
    for (const server of [world.server(), world.server({ keepOld: false })])
      expect(await planted.at(server).read()).toBeNull()
    expect(await world.oldData(planted)).toBeUndefined()
  })

  test('two old cookies, forged ones, and a huge one open nothing', async () => {
    const world = await createWorld('redis')
    const server = world.server()
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, server)
    const eve = await world.oldBrowser({ passport: { user: 'eve' } }, server)
    for (const cookie of [
      `${ann.cookie}; ${eve.cookie}`,
      `${ann.cookie}x`,
      'connect.sid=s%3A__proto__.x',
      'connect.sid=%E0%A4%A',
      `connect.sid=s%3A${'x'.repeat(60_000)}.x`,
    ]) {
      const session = await server.load(createTestCarrier({ cookie }))
      expect([session.isNew, session.userId]).toEqual([true, undefined])
    }
  })

  test('a thief of an old cookie gets nothing by a logout on both sides at once', async () => {
    const world = await createWorld('redis')
    for (let round = 0; round < 10; round++) {
      const server = world.server()
      const ann = await world.oldBrowser({ passport: { user: 'ann' } }, server)
      await ann.request()
      const { cookie: before } = ann
      const thief = createVisitor(server, before)
      await Promise.all([
        ann.copy().request((session) => session.destroy()),
        world.oldLogout(ann),
        thief.request(put({ n: round })),
      ])
      for (const cookie of [before, onlyOld(before), onlyToken(before)])
        expect(await createVisitor(world.server(), cookie).read()).toBeNull()
      expect(await world.oldData({ cookie: before })).toBeUndefined()
    }
  })
})

describe('when Redis fails', () => {
  test('between the two writes, the value is kept and old servers get it with the next request', async () => {
    const world = await createWorld('redis')
    let isBroken = false
    const flaky = world.clientThat((name) => isBroken && name.startsWith(world.oldPrefix))
    const ann = await world.oldBrowser({ n: 0 }, world.server({ sourceClient: flaky }))
    await ann.request()
    const { session, finish } = await ann.begin()
    Object.assign(session.data, { n: 1 })
    isBroken = true
    await expect(finish()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    isBroken = false
    expect(await world.oldData(ann)).toEqual({ n: 0 })
    expect(await ann.read()).toMatchObject({ data: { n: 1 } })
    expect(await world.oldData(ann)).toEqual({ n: 1 })
  })

  test.each(['old:', 'id:', 'record'])(
    'at any step of an import (%s), the next request imports it once',
    async (part) => {
      const world = await createWorld('redis')
      const isOf = (name: string) =>
        part === 'record' ? name.startsWith(world.oldPrefix) : name.includes(`sess:${part}`)
      const ann = await world.oldBrowser({ passport: { user: 'ann' }, n: 1 }, world.server())
      const { cookie } = ann
      for (let after = 0; after < 4; after++) {
        let calls = 0
        const sourceClient = world.clientThat((name) => isOf(name) && calls++ === after)
        const visitor = createVisitor(world.server({ sourceClient }), cookie)
        await visitor.request().catch((error) => expect(error.code).toBe('ERR_STORE_UNAVAILABLE'))
      }
      expect(await ann.read()).toMatchObject({ userId: 'ann', data: { n: 1 } })
      const id = await ann.request(({ id }) => id)
      expect(await createVisitor(world.server(), cookie).request(({ id }) => id)).toBe(id)
    },
  )

  test('at any step of a logout, the session is over or the logout says that it failed', async () => {
    for (const after of [0, 1, 2, 3]) {
      const world = await createWorld('redis')
      let calls = 0
      let isBroken = false
      const server = world.server({
        sourceClient: world.clientThat(() => isBroken && calls++ === after),
      })
      const ann = await world.oldBrowser({ passport: { user: 'ann' } }, server)
      await ann.request()
      const { cookie: before } = ann
      const { session, finish } = await ann.begin()
      isBroken = true
      const failed = await session.destroy().then(
        () => false,
        () => true,
      )
      isBroken = false
      if (failed) await ann.copy().request((session) => session.destroy())
      else await finish()
      for (const cookie of [before, onlyOld(before), onlyToken(before)])
        expect(await createVisitor(world.server(), cookie).read()).toBeNull()
      expect(await world.oldData({ cookie: before })).toBeUndefined()
    }
  })
})

test.each([true, false])(
  'a replay that revokes all sessions of a user does so on old servers (keepOld: %s)',
  async (keepOld) => {
    const world = await createWorld('redis')
    let at = Date.now()
    const options = { clock: () => at, onReplay: 'revokeAll' } as const
    const both = world.server(options)
    const [phone, laptop] = [createVisitor(both), createVisitor(both)]
    for (const browser of [phone, laptop]) await browser.request((session) => session.login('ann'))
    const stolen = onlyToken(phone.cookie)
    await phone.request((session) => session.rotate())
    at += 10 * 60_000
    expect(await createVisitor(world.server({ ...options, keepOld }), stolen).read()).toBeNull()
    for (const browser of [phone, laptop]) expect(await world.oldData(browser)).toBeUndefined()
    at += 10 * 60_000
    for (const { cookie } of [phone, laptop])
      for (const sent of [cookie, onlyOld(cookie)])
        expect(await createVisitor(world.server(options), sent).read()).toBeNull()
  },
)
