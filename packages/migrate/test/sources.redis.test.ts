import { startStandalone } from '@sojourn/redis-lab'
import { RedisStore as RedisStore8 } from 'connect-redis-8'
import { RedisStore } from 'connect-redis-10'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { afterAll, describe, expect, test } from 'vitest'
import { fastifySessionSource } from '../src/fastify-session.ts'
import { sessionXSource } from '../src/sessionx.ts'
import { fastifyApplication, secret } from './fastify-session/world.ts'
import made from './sessionx/made-by-sessionx.json' with { type: 'json' }
import { createWorldOn, dataOf, named } from './sessionx/shared-world.ts'
import { cookiesOf } from './sources/cookies.ts'
import { callAt } from './sources/source-call.ts'

const server = await startStandalone()
const { port } = server.address
const nodeRedis = createClient({ socket: { port } })
await nodeRedis.on('error', console.error).connect()
const ioredis = new Redis({ port, keyPrefix: 'app:' })

afterAll(async () => {
  nodeRedis.destroy()
  ioredis.disconnect()
  await server.stop()
})

const hour = 3_600_000

describe('SessionX', () => {
  test.each([
    { name: 'node-redis', client: nodeRedis, prefix: 'auth:' },
    { name: 'ioredis', client: ioredis, prefix: 'auth:' },
  ])('a record is found and ended with $name', async ({ client, prefix }) => {
    const source = sessionXSource({ client, prefix })
    const [{ cookie, key, record }] = made.records as [(typeof made.records)[0]]
    const stored = prefix + key.slice('sessionx:'.length)
    const updatedAt = Date.parse(JSON.parse(record).UpdatedAt)
    const [verified] = await source.verify(cookiesOf([cookie]), updatedAt)
    const find = () => source.find?.(verified?.key ?? '', callAt(updatedAt))

    expect(await find()).toBeUndefined()
    await client.set(stored, record)
    expect(await find()).toMatchObject({ expiresAt: updatedAt + 24 * hour })
    await client.expire(stored, 60)
    const { expiresAt = 0 } = Object(await find())
    expect(expiresAt - updatedAt).toBeGreaterThan(0)
    expect(expiresAt - updatedAt).toBeLessThanOrEqual(60_000)
    await source.end?.(verified?.key ?? '', callAt(0))
    expect(await client.get(stored)).toBeNull()
  })
})

describe('SessionX with dual', () => {
  test.each([
    { name: 'node-redis', client: nodeRedis, ttl: (key: string) => nodeRedis.pTTL(key) },
    { name: 'ioredis', client: ioredis, ttl: (key: string) => ioredis.pttl(key) },
  ])('records are written, replaced, kept for a minute and removed with $name', async (of) => {
    const { go, ann: logIn } = createWorldOn(of.client)
    const ann = await logIn()
    const key = () => `sessionx:${named('sessionx', ann)?.slice('sessionx='.length)}`
    expect(await of.ttl(key())).toBeGreaterThan(23 * hour)
    await go.request(ann, (session) => {
      session.data['theirs'] = 1
      go.rotate(session)
    })
    const rotated = key()
    await ann.request(({ data }) => {
      expect({ ...data }).toEqual({ user: 'ann', n: 1, theirs: 1 })
      data['mine'] = 1
    })
    expect(key()).not.toBe(rotated)
    const left = await of.ttl(rotated)
    expect(left).toBeGreaterThan(0)
    expect(left).toBeLessThanOrEqual(60_000)
    const all = { user: 'ann', n: 1, theirs: 1, mine: 1 }
    expect(await go.request(ann, ({ data }) => dataOf(data))).toEqual(all)
    const written = key()
    await ann.request((session) => session.destroy())
    expect(await of.ttl(written)).toBe(-2)
  })
})

describe('@fastify/session', () => {
  const stores = {
    'connect-redis 10 and node-redis': {
      store: new RedisStore({ client: nodeRedis, prefix: 'f:' }),
      client: nodeRedis,
    },
    'connect-redis 8 and ioredis': {
      store: new RedisStore8({ client: ioredis, prefix: 'f:' }),
      client: ioredis,
    },
  }

  test.each(
    ([10, 11] as const).flatMap((version) =>
      Object.entries(stores).map(([name, of]) => ({ version, name, ...of })),
    ),
  )('$version with $name', async ({ version, store, client }) => {
    const app = await fastifyApplication(version, { secret, store, cookie: { maxAge: 60_000 } })
    const data = { user: 'ann', cart: ['a'] }
    const cookies = cookiesOf(await app.put(data))
    const found = []
    for (const of of [{ client, prefix: 'f:' }, { store }]) {
      const source = fastifySessionSource({ secret, ...of } as { secret: string })
      const [cookie] = await source.verify(cookies, 0)
      found.push(await source.find?.(cookie?.key ?? '', callAt(Date.now())))
    }
    for (const session of found) {
      expect(session).toMatchObject({ data, maxAge: 60_000, persistent: true })
      expect(Object(session).expiresAt - Date.now()).toBeLessThanOrEqual(60_000)
      expect(Object(session).expiresAt).toBeGreaterThan(Date.now())
    }
    const source = fastifySessionSource({ secret, client, prefix: 'f:' })
    const [cookie] = await source.verify(cookies, 0)
    await source.end?.(cookie?.key ?? '', callAt(0))
    expect(await source.find?.(cookie?.key ?? '', callAt(Date.now()))).toBeUndefined()
  })
})
