import { type EventEmitter, once } from 'node:events'
import { createVisitor } from '@sojourn/conformance/store'
import { createSessionManager, defaultConfig } from '@sojourn/core'
import { freshPrefix, proveErrors, sharedServers, startStandalone } from '@sojourn/redis-lab'
import { ioredisBackend, ioredisStore } from '@sojourn/store-ioredis'
import { Cluster, Redis } from 'ioredis'
import * as ioredis5 from 'ioredis5'
import { afterAll, assert, describe, expect, test, vi } from 'vitest'
import { connect, connectBoth } from './clients.ts'

const server = await startStandalone()
const [node] = server.nodes
assert(node)
const { port } = server.address
const at = Date.UTC(2030, 0, 1)
const row = {
  version: 'v1',
  priorVersions: [],
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: new Uint8Array(9),
}
const call = { at, signal: new AbortController().signal }

afterAll(() => server.stop())

describe('keyPrefix', () => {
  test('comes before every key, once, and a scan takes it away again', async () => {
    const client = await connect({ port, keyPrefix: 'app:' })
    const prefix = freshPrefix()
    const backend = ioredisBackend(client, { prefix })
    await backend.insert('g.a', row, call)
    expect(await node.command('KEYS', `app:${prefix}*`)).toHaveLength(2)
    expect(await node.command('KEYS', `app:app:*`)).toEqual([])
    const ids: string[] = []
    for await (const { id } of backend.scan(call)) ids.push(id)
    expect(ids).toEqual(['g.a'])
    client.disconnect()
  })

  test.each([
    new Redis({ lazyConnect: true, keyPrefix: '{app}:' }),
    new ioredis5.Redis({ lazyConnect: true, keyPrefix: '{app}:' }),
    new Cluster([], { lazyConnect: true, keyPrefix: '{app}:' }),
    new Cluster([], { lazyConnect: true, redisOptions: { keyPrefix: '{app}:' } }),
  ])('with braces is refused, since it would put all sessions in one slot', (client) => {
    expect(() => ioredisStore(client)).toThrow(
      'The keyPrefix of the Redis store must be a string without braces',
    )
  })
})

test.each([
  new Cluster([], { lazyConnect: true, scaleReads: 'slave' }),
  new ioredis5.Cluster([], { lazyConnect: true, scaleReads: 'all' }),
  new Cluster([], { lazyConnect: true, scaleReads: () => [] }),
  new Redis({ lazyConnect: true, name: 'x', sentinels: [{}], role: 'slave' }),
])('a client that reads from replicas is refused, with what to do', (client) => {
  expect(() => ioredisStore(client)).toThrow("Make one with scaleReads: 'master'")
})

describe('enableAutoPipelining', () => {
  const options = { enableAutoPipelining: true }
  const { nodes } = sharedServers().cluster

  test.each([
    ['Redis of 6', () => new Redis({ port, ...options })],
    ['Redis of 5', () => new ioredis5.Redis({ port, ...options })],
    ['Cluster of 6', () => new Cluster([...nodes], { ...options, redisOptions: options })],
    ['Cluster of 5', () => new ioredis5.Cluster([...nodes], { ...options, redisOptions: options })],
  ])('changes nothing: %s', async (_name, connecting) => {
    const client = connecting()
    hear(client)
    await once(client, 'ready')
    const backend = ioredisBackend(client, { prefix: freshPrefix() })
    const ids = Array.from({ length: 20 }, (_, n) => `g${n}.a`)
    await Promise.all(ids.map((id) => backend.insert(id, row, call)))
    const found = await Promise.all(ids.map((id) => backend.find(id, call)))
    expect(found).toEqual(ids.map(() => row))
    await backend.ping(call)
    const scanned: string[] = []
    for await (const { id } of backend.scan(call)) scanned.push(id)
    expect(scanned.sort()).toEqual([...ids].sort())
    client.disconnect()
  })
})

test.each([
  new Redis({ port, lazyConnect: true }),
  new ioredis5.Redis({ port, lazyConnect: true }),
  new Cluster([], { lazyConnect: true }),
  new ioredis5.Cluster([], { lazyConnect: true }),
])('a connection that is not ready refuses at once, whatever is asked of it', async (client) => {
  hear(client)
  const unavailable = expect.objectContaining({
    code: 'ERR_STORE_UNAVAILABLE',
    detail: expect.stringMatching(/nothing was sent/),
  })
  const backend = ioredisBackend(client)
  await expect(backend.find('g.a', call)).rejects.toEqual(unavailable)
  await expect(backend.insert('g.a', row, call)).rejects.toEqual(unavailable)
  await expect(backend.list('g', call)).rejects.toEqual(unavailable)
  await expect(backend.ping(call)).rejects.toEqual(unavailable)
  await expect(backend.scan(call)[Symbol.asyncIterator]().next()).rejects.toEqual(unavailable)
})

test('a client without an error listener is told to the warn of the manager, once', async () => {
  const deaf = new Redis({ port })
  await once(deaf, 'ready')
  const warn = vi.fn()
  const config = defaultConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
    store: ioredisStore(deaf),
    storeTimeout: '20s',
    warn,
  })
  const visitor = createVisitor(createSessionManager<Record<string, unknown>>(config))
  for (const n of [1, 2]) await visitor.request(({ data }) => Object.assign(data, { n }))
  expect(warn.mock.calls).toEqual([[expect.stringContaining("redis.on('error'")]])
  deaf.disconnect()
})

test.each([
  [{ maxRetriesPerRequest: null }, 1],
  [{ maxRetriesPerRequest: null, autoResendUnfulfilledCommands: false }, 0],
  [{}, 0],
])('a client that sends again for ever is told of: %o', async (options, count) => {
  const client = new Redis({ port, ...options })
  hear(client)
  await once(client, 'ready')
  const warn = vi.fn()
  await ioredisBackend(client, { warn }).ping(call)
  expect(warn.mock.calls).toEqual(
    Array(count).fill([expect.stringContaining('with maxRetriesPerRequest: 0')]),
  )
  client.disconnect()
})

test.each(['ioredis 6', 'ioredis 5'] as const)(
  'no error, event or warning holds anything of a session: %s',
  async (name) => {
    const clients = await connectBoth(port)
    await proveErrors(ioredisStore(clients[name], { prefix: freshPrefix() }), node)
    for (const client of Object.values(clients)) client.disconnect()
  },
)

test('integers as strings change nothing', async () => {
  const client = new Redis({ port, stringNumbers: true })
  await once(client.on('error', console.error), 'ready')
  const backend = ioredisBackend(client, { prefix: freshPrefix() })
  await backend.insert('g.a', row, call)
  expect(await backend.removeGroup('g', { ...call, reason: 'revoked' })).toEqual(['g.a'])
  client.disconnect()
})

test('what is no client is refused, in TypeScript and in JavaScript', () => {
  // @ts-expect-error A client of another library has no callBuffer.
  expect(() => ioredisStore({ get: () => undefined })).toThrow('new Redis() or new Cluster()')
})

function hear(client: EventEmitter): void {
  client.on('error', console.error)
}
