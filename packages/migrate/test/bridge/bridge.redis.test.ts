import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import type { Session } from '@sojourn/core'
import { describe, expect, test } from 'vitest'
import { createWorld } from './world.ts'

const onlyOld = (cookie = '') => cookie.replace(/(^|; )sid=[^;]*/, '').replace(/^; /, '')
const put =
  (values: object) =>
  ({ data }: Session<TestData>) =>
    void Object.assign(data, values)
const onlyToken = (cookie = '') => cookie.replace(/(; )?connect\.sid=[^;]*/, '')

describe.each(['redis', 'ioredis'] as const)('with %s', (library) => {
  test('a session is the same on both sides, in both directions', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' }, a: 1, gone: 1 }, world.server())
    const id = await ann.request(({ id, userId, data }) => {
      expect(userId).toBe('ann')
      expect(data).toMatchObject({ a: 1, gone: 1 })
      data['b'] = 2
      return id
    })
    expect(ann.cookie).toMatch(/connect\.sid=.*; sid=/)
    expect(await world.oldData(ann)).toEqual({ passport: { user: 'ann' }, a: 1, gone: 1, b: 2 })

    const old = await world.oldRequest(ann)
    old.data['a'] = 3
    delete old.data['gone']
    await old.save()
    await ann.request((session) => {
      expect(session.id).toBe(id)
      expect({ ...session.data }).toEqual({ passport: { user: 'ann' }, a: 3, b: 2 })
    })
  })

  test('an old server that began before a new one wrote loses nothing of that, nor of itself', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ n: 0 }, world.server())
    await ann.request()
    const slow = await world.oldRequest(ann)
    await ann.request(put({ ofNew: 1 }))
    slow.data['ofOld'] = 1
    await slow.save()
    expect(await world.oldData(ann)).toEqual({ n: 0, ofOld: 1 }) // until a new server sees it
    expect(await ann.read()).toMatchObject({ data: { n: 0, ofNew: 1, ofOld: 1 } })
    expect(await world.oldData(ann)).toEqual({ n: 0, ofNew: 1, ofOld: 1 })
  })

  test('so does one that began before any new server knew the session', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ n: 0 }, world.server())
    const slow = await world.oldRequest(ann)
    await ann.request(put({ n: 1, ofNew: 1 }))
    slow.data['ofOld'] = 1
    await slow.save()
    expect(await ann.read()).toMatchObject({ data: { n: 1, ofNew: 1, ofOld: 1 } })
  })

  test('what an old server wrote before does not come back with what it writes late', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({}, world.server())
    await ann.request(put({ n: 0 }))
    const first = await world.oldRequest(ann)
    first.data['n'] = 1
    await first.save()
    const slow = await world.oldRequest(ann) // has n: 1, which no new server has seen
    await ann.request(put({ n: 2 }))
    slow.data['ofOld'] = 1
    await slow.save()
    expect(await ann.read()).toMatchObject({ data: { n: 2, ofOld: 1 } })
  })

  test('two new servers and an old one at once lose nothing', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({}, world.server())
    await ann.request()
    const [first, second] = [await ann.begin(), await ann.at(world.server()).begin()]
    const old = await world.oldRequest(ann)
    old.data['c'] = 1
    await old.save()
    Object.assign(first.session.data, { a: 1 })
    Object.assign(second.session.data, { b: 1 })
    await Promise.all([first.finish(), second.finish()])
    expect(await world.oldData(ann)).toEqual({ a: 1, b: 1, c: 1 })
    expect(await ann.read()).toMatchObject({ data: { a: 1, b: 1, c: 1 } })
  })

  test('parallel first requests import a session once', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
    const { cookie = '' } = ann
    const servers = [world.server(), world.server(), world.server()]
    const ids = await Promise.all(
      servers.map((server, n) =>
        createVisitor(server, cookie).request((session) => {
          session.data[`n${n}`] = n
          return session.id
        }),
      ),
    )
    expect(new Set(ids).size).toBe(1)
    expect(await ann.read()).toMatchObject({ userId: 'ann', data: { n0: 0, n1: 1, n2: 2 } })
  })

  test('a logout on a new server is final, although an old one writes the record again', async () => {
    const world = await createWorld(library)
    const server = world.server()
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, server)
    await ann.request()
    const before = ann.cookie ?? ''
    const slow = await world.oldRequest(ann)
    await ann.request((session) => session.destroy())
    expect(ann.cookie ?? '').toBe('')
    await slow.save()
    expect(await world.oldData({ cookie: before })).toBeDefined() // what express-session cannot prevent
    for (const cookie of [before, onlyOld(before), onlyToken(before)])
      expect(await createVisitor(world.server(), cookie).read()).toBeNull()
    expect(await world.oldData({ cookie: before })).toBeUndefined()
    await slow.save()
    await server.close() // takes its second look
    expect(await world.oldData({ cookie: before })).toBeUndefined()
  })

  test('a logout on an old server is final once a new one has seen it', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
    await ann.request()
    const before = ann.cookie ?? ''
    const slow = await world.oldRequest(ann)
    await world.oldLogout(ann)
    expect(await ann.read()).toBeNull()
    await slow.save()
    for (const cookie of [before, onlyOld(before), onlyToken(before)])
      expect(await createVisitor(world.server(), cookie).read()).toBeNull()
    await ann.request(put({ n: 1 })) // as a new visitor, with the token that is left
    expect(await ann.read()).toMatchObject({ data: { n: 1 } })
  })

  test('a logout beside a write, both on new servers, deletes both cookies', async () => {
    const world = await createWorld(library)
    for (let round = 0; round < 10; round++) {
      const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
      await ann.request()
      const slow = await ann.copy().at(world.server()).begin()
      Object.assign(slow.session.data, { round })
      await Promise.all([slow.finish(), ann.request((session) => session.destroy())])
      expect(ann.cookie ?? '').toBe('')
    }
  })

  test('a write on a new server does not undo a logout on an old one', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
    await ann.request()
    const before = ann.cookie ?? ''
    const slow = await ann.begin()
    Object.assign(slow.session.data, { n: 1 })
    await world.oldLogout(ann)
    await slow.finish()
    expect(await world.oldData({ cookie: before })).toBeUndefined()
    expect(await createVisitor(world.server(), before).read()).toBeNull()
  })

  test('a login on an old server counts, whether the session gets another id there or not', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ cart: 1 }, world.server())
    const visitorId = await ann.request(({ id }) => id)
    const before = ann.cookie ?? ''
    await world.oldLogin(ann, 'ann')
    expect(await ann.read()).toMatchObject({ userId: 'ann', data: { cart: 1 } })
    expect(await createVisitor(world.server(), before).read()).toBeNull()

    const bob = await world.oldBrowser({ cart: 2 }, world.server())
    await bob.request()
    const old = await world.oldRequest(bob)
    old.data['passport'] = { user: 'bob' }
    await old.save()
    const token = onlyToken(bob.cookie)
    const id = await bob.request(({ id, userId }) => {
      expect(userId).toBe('bob')
      return id
    })
    expect(id).not.toBe(visitorId)
    expect(await createVisitor(world.server(), token).read()).toBeNull() // P4
  })

  test('a login, and an elevation, on a new server count on old ones, and retire the old cookie', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ cart: 1 }, world.server())
    await ann.request()
    const visitor = ann.cookie
    await ann.request((session) => session.login('ann'))
    expect(await world.oldData(ann)).toEqual({ cart: 1, passport: { user: 'ann' } })
    expect(await world.oldData({ cookie: visitor })).toBeUndefined()

    const before = ann.cookie
    await ann.request((session) => session.rotate())
    expect(await world.oldData(ann)).toEqual({ cart: 1, passport: { user: 'ann' } })
    expect(await world.oldData({ cookie: before })).toBeUndefined()
    expect(await createVisitor(world.server(), onlyOld(before)).read()).toBeNull()
  })

  test('what revokes and limits end on a new server ends on old ones', async () => {
    const world = await createWorld(library)
    const server = world.server({ limit: { max: 1, onExceed: 'evict' } })
    const [first, second] = [createVisitor(server), createVisitor(server)]
    await first.request((session) => session.login('ann'))
    const evicted = first.cookie
    await second.request((session) => session.login('ann'))
    expect(await world.oldData({ cookie: evicted })).toBeUndefined()
    expect(await world.oldData(second)).toEqual({ passport: { user: 'ann' } })
    await server.revokeAll('ann')
    expect(await world.oldData(second)).toBeUndefined()
  })

  test('a session that began on a new server goes on on old ones, and back', async () => {
    const world = await createWorld(library)
    const ann = createVisitor(world.server())
    await ann.request((session) => session.login('ann'))
    const old = await world.oldRequest(ann) // the way back: only old servers
    old.data['n'] = 1
    await old.save()
    expect(await ann.read()).toEqual({
      userId: 'ann',
      data: expect.objectContaining({ n: 1 }),
    })
    ann.cookie = onlyToken(ann.cookie) // the old cookie has expired in the browser
    await ann.request()
    expect(await world.oldData(ann)).toMatchObject({ n: 1 })
  })

  test('when the switch is finished, tokens go on and old cookies are dead', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
    await ann.request()
    await ann.request()
    const bob = createVisitor(world.server())
    await bob.request((session) => session.login('bob'))
    const finished = world.server({ keepOld: false })
    for (const browser of [ann, bob]) {
      expect(await browser.at(finished).read()).not.toBeNull()
    }
    const stolen = createVisitor(finished, onlyOld(bob.cookie))
    expect(await stolen.read()).toBeNull()
  })

  test('an old cookie that somebody planted beside the own one logs nobody out, and nobody in', async () => {
    const world = await createWorld(library)
    const server = world.server()
    const { cookie: planted = '' } = await world.oldBrowser(
      { passport: { user: 'mallory' } },
      server,
    )
    const ann = createVisitor<TestData>(server)
    await ann.request((session) => session.login('ann'))
    for (const cookie of [`${planted}; ${ann.cookie}`, `${ann.cookie}; ${planted}`])
      expect((await server.read({ cookie })).userId).toBe('ann')
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
  })

  test('when the switch is finished, revokeAll reaches sessions that no new server has seen', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
    await world.server().revokeAll('ann')
    const finished = world.server({ keepOld: false })
    expect(await ann.at(finished).read()).toMatchObject({ userId: 'ann' })
    await finished.revokeAll('ann')
    expect(await ann.at(finished).read()).toBeNull()
  })

  test('values that JSON or express-session cannot hold stay on new servers', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({}, world.server())
    const values = { at: new Date(0), big: 1n, save: 'kept', list: [1, { a: 'b' }] }
    await ann.request(put(values))
    expect(await world.oldData(ann)).toEqual({
      at: new Date(0).toISOString(),
      list: [1, { a: 'b' }],
    })
    const old = await world.oldRequest(ann)
    old.data['n'] = 1
    await old.save()
    expect(await ann.read()).toMatchObject({ data: { ...values, n: 1 } })
  })

  test('a database in trouble is an error, and no logout', async () => {
    const world = await createWorld(library)
    const ann = await world.oldBrowser({ passport: { user: 'ann' } }, world.server())
    await ann.request()
    const broken = {
      get: () => Promise.reject(new Error('down')),
      del: () => Promise.reject(new Error('down')),
      pTTL: () => Promise.reject(new Error('down')),
      eval: () => Promise.reject(new Error('down')),
    }
    const { cookie } = ann
    const visitor = createVisitor(world.server({ sourceClient: broken }), cookie)
    await expect(visitor.request()).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(visitor.cookie).toBe(cookie)
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
  })
})
