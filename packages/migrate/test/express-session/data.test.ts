import { describe, expect, test } from 'vitest'
import type { ExpressStore } from '../../src/express-session.ts'
import { createWorld, moved } from './world.ts'

test('data is carried as the old store has it, without the cookie', async () => {
  const world = await createWorld()
  const data = {
    passport: { user: 7 },
    flash: { info: ['saved'] },
    when: '1970-01-01T00:00:00.000Z',
    nested: { $: 'Date', v: 0, list: [null, true, 1.5, 'é\u0000\ud83d\ude00'] },
    returnTo: '/cart',
  }
  const ann = moved(world.server(), await world.oldBrowser(data))
  await ann.request()
  expect(await ann.read()).toEqual({ data, userId: undefined })
})

test('data() chooses what is carried, and userId() may return a number', async () => {
  const world = await createWorld()
  const server = world.server({
    source: { data: ({ cart }) => ({ cart }), userId: ({ passport }) => passport?.user },
  })
  const ann = moved(server, await world.oldBrowser({ cart: [1], passport: { user: 7 }, old: 1 }))
  await ann.request()
  expect(await ann.read()).toEqual({ data: { cart: [1] }, userId: '7' })
})

describe('what cannot become a session is none, with the event corrupt, and its record stays', () => {
  const destroy: ExpressStore['destroy'] = (_sid, done) => done()
  const records: readonly [string, object][] = [
    ['too large', { cookie: {}, text: 'x'.repeat(70_000) }],
    ['of a user who is an object', { cookie: {}, userId: { id: 1 } }],
    ['of a user without a name', { cookie: {}, userId: '' }],
    ['of a class that no codec writes', { cookie: {}, money: new (class Money {})() }],
    ['with a key __proto__', JSON.parse('{"cookie":{},"x":{"__proto__":{"admin":true}}}')],
    ['of a record without a cookie', { userId: 'ann' }],
  ]
  test.each(records)('%s', async (_title, record) => {
    const world = await createWorld()
    const store = { get: (_sid, done) => done(null, record), destroy } satisfies ExpressStore
    const server = world.server({ source: { store } })
    const corrupt: unknown[] = []
    server.on('corrupt', (event) => corrupt.push(event))
    const old = await world.oldBrowser({ n: 1 })
    const visitor = moved(server, old)
    await visitor.request()
    expect(corrupt).toMatchObject([{ id: expect.any(String), cause: expect.any(Error) }])
    expect(visitor.cookie).toBe(old.cookie)
    expect(world.entries.size).toBe(0)
  })
})
