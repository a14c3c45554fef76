import { createVisitor, type TestData } from '@sojourn/conformance/store'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { freshPrefix, startStandalone } from '@sojourn/redis-lab'
import { nodeRedisBackend, nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { afterAll, assert, expect, test } from 'vitest'

const server = await startStandalone()
const [node] = server.nodes
assert(node)
const client = createClient({ socket: { port: server.address.port } })
await client.on('error', console.error).connect()

afterAll(async () => {
  client.destroy()
  await server.stop()
})

const minute = 60_000
const hour = 60 * minute
const secret = 'a secret of the tests: 7f3b1c9e5d2a8460'

/** Servers that share a Redis, each with a clock that is off by so many ms. */
function fleet() {
  const prefix = freshPrefix()
  const serverOff = (by: number) =>
    createSessionManager<TestData>(
      defaultConfig(secret, {
        store: nodeRedisStore(client, { prefix }),
        clock: () => Date.now() + by,
        maxAge: '2h',
        warn: () => undefined,
      }),
    )
  const ttlOf = (id: string) => {
    const [group, handle] = id.split('.')
    return client.pTTL(`${prefix}{${group}}:${handle}`)
  }
  const ttlOfIndex = (id: string) => client.pTTL(`${prefix}{${id.split('.')[0]}}`)
  return { serverOff, ttlOf, ttlOfIndex }
}

test('Redis tells its own time, whatever that of the caller is', async () => {
  const backend = nodeRedisBackend(client)
  for (const at of [1_000, Date.UTC(2100, 0, 1)]) {
    const before = Date.now()
    const now = await backend.now?.({ at, signal: new AbortController().signal })
    expect(now).toBeGreaterThanOrEqual(before)
    expect(now).toBeLessThanOrEqual(Date.now())
  }
})

test.each([24 * hour, hour])(
  'a clock that is %i ms ahead or behind gives no session a longer time to live than 121 minutes',
  async (off) => {
    for (const by of [off, -off]) {
      const { serverOff, ttlOf } = fleet()
      const ann = createVisitor(serverOff(by))
      const id = await ann.request((session) => session.login('ann').then(() => session.id))
      const right = ann.at(serverOff(0))
      const isOpen = (await right.read()) !== null
      expect(isOpen).toBe(by > 0 || off < 2 * hour) // a login of a day ago is over
      await ann.request(({ data }) => Object.assign(data, { by }))
      expect(await ttlOf(id)).toBeLessThanOrEqual(121 * minute)
    }
  },
)

test('a server a day behind ends no session of others, and writes into it without prolonging it', async () => {
  const { serverOff, ttlOf } = fleet()
  const ann = createVisitor(serverOff(0))
  const id = await ann.request((session) => session.login('ann').then(() => session.id))
  const behind = ann.at(serverOff(-24 * hour))
  await behind.request(({ data }) => Object.assign(data, { n: 1 }))
  expect(await ttlOf(id)).toBeLessThanOrEqual(121 * minute)
  expect(await ann.read()).toEqual({ userId: 'ann', data: { n: 1 } })
  await ann.request((session) => session.requireRecent('10m'))
})

test('a server that is ahead does not let the index of a user expire before the sessions of others', async () => {
  const { serverOff, ttlOf, ttlOfIndex } = fleet()
  const right = serverOff(0)
  const id = await createVisitor(right).request((session) =>
    session.login('ann').then(() => session.id),
  )
  await createVisitor(serverOff(119 * minute)).request((session) =>
    session.login('ann', { maxAge: '1m', absoluteTimeout: '1m' }),
  )
  expect(await ttlOfIndex(id)).toBeGreaterThanOrEqual(await ttlOf(id))
  expect((await right.sessions('ann')).map((info) => info.id)).toContain(id)
})
