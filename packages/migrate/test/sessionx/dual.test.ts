import { describe, expect, test } from 'vitest'
import { sessionXSource } from '../../src/sessionx.ts'
import { createMapClient } from './map-client.ts'
import { createWorld, dataOf, named } from './shared-world.ts'

describe('a session of Sojourn', () => {
  test('is one of Go services too, and what either side changes the other sees', async () => {
    const { go, ann: logIn } = createWorld()
    const ann = await logIn()
    expect(ann.cookie).toMatch(/^sessionx=[\w-]{22}; sid=[^;]+$/)
    const seen = await go.request(ann, (session) => {
      const before = dataOf(session.data)
      session.data['fromGo'] = { b: 1, a: [true, null] }
      delete session.data['n']
      return before
    })
    expect(seen).toEqual({ user: 'ann', n: 1 })
    await ann.request(({ data, userId }) => {
      expect({ ...data }).toEqual({ user: 'ann', fromGo: { b: 1, a: [true, null] } })
      expect(userId).toBe('ann')
      data['n'] = 2
    })
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual({
      user: 'ann',
      n: 2,
      fromGo: { b: 1, a: [true, null] },
    })
  })

  test('keeps its id in Go services, which would rotate it by age', async () => {
    const { go, clock, ann: logIn } = createWorld()
    const ann = await logIn()
    const before = named('sessionx', ann)
    for (let hours = 0; hours < 30; hours++) {
      clock.now += 3_600_000
      await go.request(ann, () => undefined)
      await ann.request()
    }
    expect(named('sessionx', ann)).toBe(before)
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
  })

  test('reading it costs one look-up more, and writes nothing', async () => {
    const { client, go, ann: logIn } = createWorld()
    const ann = await logIn()
    client.calls.length = 0
    await ann.request()
    expect(client.calls).toEqual(['get'])
    await go.request(ann, () => undefined)
    client.calls.length = 0
    await ann.request()
    expect(client.calls).toEqual(['get'])
  })
})

describe('changes in parallel', () => {
  test('a Go request that began before a write of Sojourn undoes none of it', async () => {
    const { go, ann: logIn } = createWorld()
    const ann = await logIn()
    const session = await go.load(ann)
    await ann.request(({ data }) => {
      data['n'] = 2
      data['mine'] = 1
    })
    session.data['theirs'] = 1
    await go.save(ann, session)
    const all = { user: 'ann', n: 2, mine: 1, theirs: 1 }
    expect((await ann.read())?.data).toEqual(all)
    await ann.request()
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual(all)
  })

  test('a request of Sojourn that began before a write of Go undoes none of it', async () => {
    const { go, ann: logIn } = createWorld()
    const ann = await logIn()
    await ann.request(async ({ data }) => {
      data['mine'] = 1
      await go.request({ cookie: ann.cookie }, (session) => {
        session.data['theirs'] = 1
      })
    })
    const all = { user: 'ann', n: 1, mine: 1, theirs: 1 }
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual(all)
    expect((await ann.read())?.data).toEqual(all)
  })

  test('of one key, the later write counts', async () => {
    const { go, ann: logIn } = createWorld()
    const ann = await logIn()
    const session = await go.load(ann)
    await ann.request(({ data }) => {
      data['n'] = 2
    })
    session.data['n'] = 3
    await go.save(ann, session)
    expect((await ann.read())?.data).toEqual({ user: 'ann', n: 3 })
  })

  test('20 requests of each side, all at once, lose nothing', async () => {
    const { go, ann: logIn, visitor } = createWorld()
    const ann = await logIn()
    for (let round = 0; round < 20; round++) {
      const session = await go.load(ann)
      const writes = [0, 1].map((n) =>
        visitor(ann.cookie).request(({ data }) => {
          data[`mine${round}.${n}`] = n
        }),
      )
      session.data[`theirs${round}`] = round
      await Promise.all([go.save({ cookie: ann.cookie }, session), ...writes])
      await ann.request()
    }
    const { data = {} } = (await ann.read()) ?? {}
    expect(Object.keys(data).filter((key) => key.startsWith('mine'))).toHaveLength(40)
    expect(Object.keys(data).filter((key) => key.startsWith('theirs'))).toHaveLength(20)
    expect(await go.request(ann, (session) => dataOf(session.data))).toEqual(data)
  })
})

describe('logout', () => {
  test('on Sojourn removes the record, and what Go writes again opens nothing', async () => {
    const { client, go, visitor, forgetEnds, ann: logIn } = createWorld()
    const ann = await logIn()
    const cookies = ann.cookie
    const slow = await go.load(ann)
    await ann.request((session) => session.destroy())
    expect(ann.cookie).toBeUndefined()
    expect(client.map.size).toBe(0)
    expect(await go.request({ cookie: cookies }, ({ data }) => data)).toEqual({})
    await go.save({ cookie: cookies }, slow)
    for (let minutes = 0; minutes < 3; minutes++) {
      expect(await visitor(cookies).read()).toBeNull()
      expect(await visitor(named('sessionx', { cookie: cookies })).read()).toBeNull()
      forgetEnds()
    }
  })

  test('on a Go service, by removing the user, ends the session', async () => {
    const { go, visitor, ann: logIn } = createWorld()
    const ann = await logIn()
    const cookies = ann.cookie
    await go.request(ann, (session) => {
      delete session.data['user']
    })
    expect(await ann.read()).toBeNull()
    expect(await visitor(cookies).read()).toBeNull()
  })

  test('on a Go service, by Destroy outside of its middleware, ends the session', async () => {
    const { go, visitor, ann: logIn } = createWorld()
    const ann = await logIn()
    const cookies = ann.cookie
    await go.destroy(ann)
    expect(await ann.read()).toBeNull()
    expect(await visitor(cookies).read()).toBeNull()
  })

  test('on Sojourn counts for its own requests that are writing', async () => {
    const { client, visitor, ann: logIn } = createWorld()
    const ann = await logIn()
    const other = visitor(ann.cookie)
    client.beforeSet(() => other.request((session) => session.destroy()))
    await ann.request(({ data }) => {
      data['n'] = 2
    })
    expect(client.map.size).toBe(0)
  })

  test('because a stolen token was used again, counts on both', async () => {
    const { client, clock, visitor, forgetEnds, ann: logIn } = createWorld()
    const ann = await logIn()
    const stolen = ann.cookie
    for (let quarters = 0; quarters < 8; quarters++) {
      clock.now += 900_000
      await ann.request()
    }
    await visitor(stolen).request()
    const cookies = ann.cookie
    expect(client.map.size).toBe(0)
    for (let minutes = 0; minutes < 3; minutes++) {
      expect(await visitor(cookies).read()).toBeNull()
      expect(await visitor(named('sessionx', { cookie: cookies })).read()).toBeNull()
      forgetEnds()
    }
  })

  test('by revokeAll removes the record', async () => {
    const { client, server, ann: logIn } = createWorld()
    await logIn()
    await server.revokeAll('ann')
    expect(client.map.size).toBe(0)
  })
})

describe('login on a Go service', () => {
  test('of a visitor, with Rotate, is a login on Sojourn', async () => {
    const { go, visitor, server } = createWorld()
    const ann = visitor()
    await ann.request(({ data }) => {
      data['cart'] = ['a']
    })
    await go.request(ann, (session) => {
      session.data['user'] = 'ann'
      go.rotate(session)
    })
    expect(await ann.read()).toMatchObject({ userId: 'ann' }) // it only reads, and changes nothing
    await ann.request((session) => {
      expect(session.userId).toBe('ann')
      expect({ ...session.data }).toEqual({ cart: ['a'], user: 'ann' })
    })
    expect(await server.sessions('ann')).toHaveLength(1)
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual({ cart: ['a'], user: 'ann' })
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
  })

  test('of a visitor, without Rotate, is one too', async () => {
    const { go, visitor, server } = createWorld()
    const ann = visitor()
    await ann.request(({ data }) => {
      data['cart'] = ['a']
    })
    await go.request(ann, (session) => {
      session.data['user'] = 'ann'
    })
    await ann.request((session) => {
      expect(session.userId).toBe('ann')
    })
    expect(await server.sessions('ann')).toHaveLength(1)
    expect(await ann.read()).toMatchObject({ userId: 'ann', data: { cart: ['a'] } })
  })

  test('of another user does not take over the session of a user', async () => {
    const { go, visitor, ann: logIn } = createWorld()
    const ann = await logIn()
    const bob = visitor()
    await go.request(bob, (session) => {
      session.data['user'] = 'bob'
    })
    ann.cookie = `${named('sid', ann)}; ${bob.cookie}`
    expect(await ann.read()).toMatchObject({ userId: 'ann' })
  })

  test('a session that began on a Go service goes on in both', async () => {
    const { go, visitor } = createWorld()
    const ann = visitor()
    await go.request(ann, (session) => {
      session.data['user'] = 'ann'
    })
    const onItsWay = ann.cookie
    await ann.request(({ data }) => {
      data['n'] = 1
    })
    expect(ann.cookie).toMatch(/sid=[^;]+/)
    expect(ann.cookie).not.toContain(onItsWay)
    expect(await go.request({ cookie: onItsWay }, ({ data }) => data['user'])).toBe('ann')
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual({ user: 'ann', n: 1 })
    expect(await ann.read()).toMatchObject({ data: { user: 'ann', n: 1 }, userId: 'ann' })
  })
})

test('flash messages go both ways, and are shown once', async () => {
  const { go, ann: logIn } = createWorld()
  const ann = await logIn()
  await ann.request(({ flash }) => flash.add('notice', 'Saved'))
  await go.request(ann, ({ data }) => {
    expect(data['_flashes']).toEqual({ notice: 'Saved' })
    data['_flashes'] = { error: 'Oops' }
  })
  await ann.request(({ flash }) => {
    expect(flash.take('notice')).toEqual([])
    expect(flash.take('error')).toEqual(['Oops'])
  })
  expect(await go.request(ann, ({ data }) => data)).not.toHaveProperty('_flashes')
})

test('what JSON cannot hold stays in the session, and is not shared', async () => {
  const { go, ann: logIn } = createWorld()
  const ann = await logIn()
  await ann.request(({ data }) => {
    Object.assign(data, { set: new Set([1]), when: new Date(0), big: 1n })
  })
  expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual({
    user: 'ann',
    n: 1,
    when: '1970-01-01T00:00:00.000Z',
  })
  expect((await ann.read())?.data).toMatchObject({
    set: new Set([1]),
    when: new Date(0),
    big: 1n,
  })
})

test('options that do not fit are refused', () => {
  const client = createMapClient()
  expect(() => sessionXSource({ secretKey: 'k'.repeat(32), dual: true })).toThrow(
    'dual needs a client',
  )
  expect(() => sessionXSource({ client, dual: { ttl: 0 } })).toThrow('dual.ttl')
  expect(() => sessionXSource({ client, dual: true, data: ({ cart }) => ({ cart }) })).toThrow(
    'data is set, and so is dual',
  )
})
