import { describe, expect, test } from 'vitest'
import { createWorld, dataOf, named } from './shared-world.ts'

describe('a Go handler that rotates the session of a user', () => {
  test('keeps what it has changed', async () => {
    const { go, ann: logIn } = createWorld()
    const ann = await logIn()
    await go.request(ann, (session) => {
      session.data['theirs'] = 1
      go.rotate(session)
    })
    await ann.request(({ data }) => {
      expect({ ...data }).toEqual({ user: 'ann', n: 1, theirs: 1 })
      data['mine'] = 1
    })
    const all = { user: 'ann', n: 1, theirs: 1, mine: 1 }
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual(all)
    expect((await ann.read())?.data).toEqual(all)
  })

  test('and removes the user, logs out', async () => {
    const { go, visitor, forgetEnds, ann: logIn } = createWorld()
    const ann = await logIn()
    const before = ann.cookie
    await go.request(ann, (session) => {
      delete session.data['user']
      go.rotate(session)
    })
    const after = ann.cookie
    expect(await ann.read()).toBeNull()
    for (let minutes = 0; minutes < 3; minutes++) {
      for (const cookie of [before, after, named('sessionx', { cookie: before })])
        expect((await visitor(cookie).read())?.userId).toBeUndefined()
      forgetEnds()
    }
  })

  test('and logs in another user, logs that one in', async () => {
    const { go, server, ann: logIn } = createWorld()
    const ann = await logIn()
    await go.request(ann, (session) => {
      session.data['user'] = 'bob'
      go.rotate(session)
    })
    await ann.request((session) => {
      expect(session.userId).toBe('bob')
    })
    expect(await server.sessions('ann')).toHaveLength(0)
    expect(await server.sessions('bob')).toHaveLength(1)
  })

  test('leaves nothing behind that opens a session after a logout', async () => {
    const { client, go, visitor, forgetEnds, ann: logIn } = createWorld()
    const ann = await logIn()
    await go.request(ann, (session) => go.rotate(session))
    const rotated = named('sessionx', ann)
    const slow = await go.load(ann)
    await ann.request((session) => session.destroy())
    expect(client.map.size).toBe(0)
    await go.save({ cookie: rotated }, slow)
    for (let minutes = 0; minutes < 3; minutes++) {
      expect(await visitor(rotated).read()).toBeNull()
      forgetEnds()
    }
  })

  test('does not log in after a revokeAll, if the session began before it', async () => {
    const { clock, go, server, visitor } = createWorld()
    const [ann, later] = [visitor(), visitor()]
    await ann.request(({ data }) => {
      data['cart'] = ['a']
    })
    clock.now += 120_000
    await server.revokeAll('ann')
    clock.now += 120_000
    for (const of of [ann, later])
      await go.request(of, (session) => {
        session.data['user'] = 'ann' // perhaps before the revokeAll: nothing in the record tells
        go.rotate(session)
      })
    const seen = await ann.read()
    expect(seen?.data).toEqual({ cart: ['a'] })
    expect(seen?.userId).toBeUndefined()
    expect(await later.read()).toMatchObject({ userId: 'ann' })
  })

  test('that has ended opens no session again', async () => {
    const { go, visitor, forgetEnds, ann: logIn } = createWorld()
    const ann = await logIn()
    const slow = await go.load(ann)
    await ann.request((session) => session.destroy())
    go.rotate(slow)
    const browser = { cookie: undefined }
    await go.save(browser, slow)
    for (let minutes = 0; minutes < 3; minutes++) {
      const late = visitor(browser.cookie)
      expect(await late.read()).toBeNull()
      await late.request()
      forgetEnds()
    }
  })
})
