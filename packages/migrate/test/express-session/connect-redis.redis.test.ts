import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import RedisStore7 from 'connect-redis-7'
import { RedisStore as RedisStore8 } from 'connect-redis-8'
import { RedisStore as RedisStore9 } from 'connect-redis-9'
import { RedisStore as RedisStore10 } from 'connect-redis-10'
import type { SessionOptions, Store } from 'express-session'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, assert, describe, expect, test } from 'vitest'
import { type ExpressSessionOptions, expressSessionSource } from '../../src/express-session.ts'
import { migrateStore } from '../../src/index.ts'
import { type OldBrowser, secret, startOldApp } from './old-app.ts'

const server = await startStandalone()
const { port } = server.address
const nodeRedis = createClient({ socket: { port } })
await nodeRedis.on('error', console.error).connect()
const prefixedNodeRedis = createClient({ socket: { port }, keyPrefix: 'app:' })
await prefixedNodeRedis.on('error', console.error).connect()
const ioredis = new Redis({ port })
const prefixed = new Redis({ port, keyPrefix: 'app:' })
await Promise.all([once(ioredis, 'ready'), once(prefixed, 'ready')])

afterAll(async () => {
  nodeRedis.destroy()
  prefixedNodeRedis.destroy()
  ioredis.disconnect()
  prefixed.disconnect()
  await server.stop()
})

const minute = 60_000

/** A new server, and what it says of records that it cannot read. */
function newServer(source: Partial<ExpressSessionOptions>) {
  const manager = createSessionManager<TestData>(
    devConfig(randomBytes(32), {
      store: migrateStore({
        from: expressSessionSource({ secret, userId: ({ userId }) => userId, ...source }),
        to: nodeRedisStore(nodeRedis, { prefix: freshPrefix() }),
      }),
      warn: () => undefined,
    }),
  )
  const corrupt: unknown[] = []
  manager.on('corrupt', ({ cause }) => corrupt.push(String(cause)))
  return { manager, corrupt }
}

async function oldBrowser(
  store: Store,
  values: object,
  options: Partial<SessionOptions> = {},
): Promise<OldBrowser> {
  const openOld = await startOldApp({ store, cookie: { maxAge: 10 * minute }, ...options })
  const browser = openOld()
  await browser.put(values)
  return browser
}

const stores: readonly [string, (prefix: string) => Store, ExpressSessionOptions['client']][] = [
  ['7 with node-redis', (prefix) => new RedisStore7({ client: nodeRedis, prefix }), nodeRedis],
  ['7 with ioredis', (prefix) => new RedisStore7({ client: ioredis, prefix }), ioredis],
  ['7 with a keyPrefix', (prefix) => new RedisStore7({ client: prefixed, prefix }), prefixed],
  ['8 with node-redis', (prefix) => new RedisStore8({ client: nodeRedis, prefix }), nodeRedis],
  ['8 with ioredis', (prefix) => new RedisStore8({ client: ioredis, prefix }), ioredis],
  ['9', (prefix) => new RedisStore9({ client: nodeRedis, prefix }), nodeRedis],
  [
    '9 with a keyPrefix of node-redis',
    (prefix) => new RedisStore9({ client: prefixedNodeRedis, prefix }),
    prefixedNodeRedis,
  ],
  ['10', (prefix) => new RedisStore10({ client: nodeRedis, prefix }), nodeRedis],
]

describe.each(stores)('a session of connect-redis %s', (_title, makeStore, client) => {
  test('is imported, and its record and cookie are gone', async () => {
    assert(client)
    const prefix = freshPrefix()
    const store = makeStore(prefix)
    const old = await oldBrowser(store, { userId: 'ann', passport: { user: 7 }, views: [1] })
    const { manager } = newServer({ client, prefix })
    const ann = createVisitor<TestData>(manager, old.cookie)
    await ann.request(({ data }) => Object.assign(data, { n: 1 }))
    expect(ann.cookie).toMatch(/^sid=[^;]+$/)
    expect(await ann.read()).toEqual({
      data: { userId: 'ann', passport: { user: 7 }, views: [1], n: 1 },
      userId: 'ann',
    })
    expect(await old.read()).toEqual({})
  })

  test('is found by a scan, with its key, and no other prefix is', async () => {
    const prefix = `${freshPrefix()}[a*`
    const store = makeStore(prefix)
    const openOld = await startOldApp({ store })
    for (let n = 0; n < 3; n++) await openOld().put({ n })
    await (await startOldApp({ store: makeStore(`${prefix.slice(0, -1)}b`) }))().put({ n: 9 })
    const { scan } = expressSessionSource({ secret, prefix, ...(client && { client }) })
    const seen: unknown[] = []
    for await (const { key, found } of scan?.({
      at: 0,
      signal: new AbortController().signal,
    }) ?? [])
      seen.push(key.length === 32 && 'data' in found && found.data['n'])
    expect([...new Set(seen)].sort()).toEqual([0, 1, 2])
  })

  test('has the time to live that Redis tells, whatever its record says', async () => {
    assert(client)
    const prefix = freshPrefix()
    const old = await oldBrowser(makeStore(prefix), { userId: 'ann' })
    const [key = ''] = await nodeRedis.keys(`*${prefix}*`)
    const text = await nodeRedis.get(key)
    assert(text)
    const record = JSON.parse(text)
    record.cookie.expires = new Date(0).toISOString() // as after touches, which leave the record alone
    await nodeRedis.set(key, JSON.stringify(record), { expiration: 'KEEPTTL' })
    const { manager } = newServer({ client, prefix })
    expect(await createVisitor(manager, old.cookie).read()).not.toBeNull()
    await nodeRedis.pExpire(key, 1)
    await expect.poll(() => nodeRedis.exists(key)).toBe(0)
    expect(await createVisitor(manager, old.cookie).read()).toBeNull()
  })
})

test('a session whose record does not expire is opened', async () => {
  const prefix = freshPrefix()
  const store = new RedisStore10({ client: nodeRedis, prefix, disableTTL: true })
  const old = await oldBrowser(store, { userId: 'ann' })
  const { manager } = newServer({ client: nodeRedis, prefix })
  const ann = createVisitor<TestData>(manager, old.cookie)
  await ann.request()
  expect(await ann.read()).toMatchObject({ userId: 'ann' })
})

test('a session of the browser stays one, and a serializer is that of the old store', async () => {
  const prefix = freshPrefix()
  const serializer = {
    stringify: (value: object) => Buffer.from(JSON.stringify(value)).toString('base64'),
    parse: async (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()),
  }
  const store = new RedisStore10({ client: nodeRedis, prefix, serializer })
  const old = await oldBrowser(store, { userId: 'ann' }, { cookie: {} })
  const { manager, corrupt } = newServer({ client: nodeRedis, prefix, serializer })
  const { session, setCookies, finish } = await createVisitor<TestData>(manager, old.cookie).begin()
  expect(session.userId).toBe('ann')
  await finish()
  expect(setCookies[0]).toMatch(/^sid=/)
  expect(setCookies[0]).not.toContain('Max-Age')
  expect(corrupt).toEqual([])
})

test('a record that is no session is none, and the event corrupt says why', async () => {
  const prefix = freshPrefix()
  const old = await oldBrowser(new RedisStore10({ client: nodeRedis, prefix }), { userId: 'ann' })
  const [key = ''] = await nodeRedis.keys(`${prefix}*`)
  const { manager, corrupt } = newServer({ client: nodeRedis, prefix })
  const texts = ['TOMBSTONE', '{', 'null', '[]', '"x"', '{"userId":"ann"}', '{"cookie":null}']
  for (const text of texts) {
    await nodeRedis.set(key, text)
    expect(await createVisitor(manager, old.cookie).read(), text).toBeNull()
  }
  expect(corrupt).toHaveLength(texts.length - 1) // a tombstone is an end
  expect(await nodeRedis.exists(key)).toBe(1) // it stays for the operator
})

test('twelve parallel first requests lose nothing', async () => {
  const prefix = freshPrefix()
  const old = await oldBrowser(new RedisStore10({ client: nodeRedis, prefix }), { userId: 'ann' })
  const { manager } = newServer({ client: nodeRedis, prefix })
  const visitors = Array.from({ length: 12 }, () => createVisitor<TestData>(manager, old.cookie))
  await Promise.all(
    visitors.map((visitor, n) =>
      visitor.request(({ data }) => Object.assign(data, { [`k${n}`]: n })),
    ),
  )
  const seen = await visitors[0]?.read()
  expect(Object.keys(seen?.data ?? {})).toHaveLength(13)
  expect(await manager.sessions('ann')).toHaveLength(1)
})
