import type { EventEmitter } from 'node:events'
import { createVisitor } from '@sojourn/conformance/store'
import { createSessionManager, defaultConfig, type SessionStoreError } from '@sojourn/core'
import {
  freshPrefix,
  monitorTraffic,
  proveErrors,
  sharedServers,
  startStandalone,
  until,
} from '@sojourn/redis-lab'
import {
  nodeRedisBackend,
  nodeRedisClusterBackend,
  nodeRedisClusterStore,
  nodeRedisSentinelBackend,
  nodeRedisSentinelStore,
  nodeRedisStore,
} from '@sojourn/store-node-redis'
import { createClient, createClientPool, createCluster, createSentinel } from 'redis'
import * as redis5 from 'redis5'
import { afterAll, assert, describe, expect, test, vi } from 'vitest'

const server = await startStandalone()
const [node] = server.nodes
assert(node)
const port = server.address.port
const client = createClient({ socket: { port } })
await client.on('error', console.error).connect()

afterAll(async () => {
  client.destroy()
  await server.stop()
})

const at = Date.UTC(2030, 0, 1)
const row = {
  version: 'v1',
  priorVersions: [],
  touchedAt: at,
  expiresAt: at + 3_600_000,
  value: new Uint8Array(100),
}
const sentinelOptions = { name: 'x', sentinelRootNodes: [] }
const callOf = (controller = new AbortController()) => ({ at, signal: controller.signal })
const failing = (code: SessionStoreError['code'], message: RegExp) =>
  expect.objectContaining({
    name: 'SessionStoreError',
    code,
    detail: expect.stringMatching(message),
  })

test('no error, event or warning holds anything of a session', () =>
  proveErrors(nodeRedisStore(client, { prefix: freshPrefix() }), node))

describe('what Redis refuses is told with what to do', () => {
  // The letters with which what Sojourn writes begins, too.
  test.each(['{"other":"application"}', 'some text', 'read me', 'true'])(
    'a value that Sojourn did not write is a broken contract, is not written over, and can be removed: %s',
    async (value) => {
      const prefix = freshPrefix()
      const backend = nodeRedisBackend(client, { prefix })
      await client.set(`${prefix}{g}:a`, value)
      await expect(backend.find('g.a', callOf())).rejects.toEqual(
        failing('ERR_STORE_CONTRACT', /who else writes below the prefix/),
      )
      expect(await backend.insert('g.a', row, callOf())).toEqual({ inserted: false, why: 'taken' })
      expect(await backend.remove('g.a', { ...callOf(), reason: 'logout' })).toBeNull()
      expect(await backend.find('g.a', callOf())).toEqual({ ended: 'logout', at })
    },
  )

  test('a key of another type', async () => {
    const prefix = freshPrefix()
    await client.hSet(`${prefix}{g}:a`, 'n', '1')
    await expect(nodeRedisBackend(client, { prefix }).find('g.a', callOf())).rejects.toEqual(
      failing('ERR_STORE_REFUSED', /^Redis refused: WRONGTYPE .* another prefix\.$/),
    )
  })

  test('a user without the rights', async () => {
    await client.sendCommand(['ACL', 'SETUSER', 'poor', 'on', '>poor', '~other:*', '+get'])
    const poor = createClient({ username: 'poor', password: 'poor', socket: { port } })
    await poor.on('error', console.error).connect()
    await expect(nodeRedisBackend(poor).find('g.a', callOf())).rejects.toEqual(
      failing('ERR_STORE_REFUSED', /^Redis refused: NOPERM .* README/),
    )
    poor.destroy()
  })

  test('a server that was made a replica is not available: its master is elsewhere', async () => {
    await node.command('REPLICAOF', '127.0.0.1', '1')
    await expect(nodeRedisBackend(client).insert('g.a', row, callOf())).rejects.toEqual(
      failing('ERR_STORE_UNAVAILABLE', /READONLY/),
    )
    await node.command('REPLICAOF', 'NO', 'ONE')
  })

  test('where memory is full nobody logs in, but everybody can log out', async () => {
    const backend = nodeRedisBackend(client, { prefix: freshPrefix() })
    for (const id of ['g.a', 'g.b', 'g.c']) await backend.insert(id, row, callOf())
    await node.command('CONFIG', 'SET', 'maxmemory', '1')
    await expect(backend.insert('g.d', row, callOf())).rejects.toEqual(
      failing('ERR_STORE_REFUSED', /OOM .* raise maxmemory/),
    )
    expect((await backend.remove('g.a', { ...callOf(), reason: 'logout' }))?.version).toBe('v1')
    expect(await backend.removeGroup('g', { ...callOf(), reason: 'revoked' })).toHaveLength(2)
    expect(await backend.find('g.a', callOf())).toEqual({ ended: 'logout', at })
    expect(await backend.find('g.b', callOf())).toEqual({ ended: 'revoked', at })
    await node.command('CONFIG', 'SET', 'maxmemory', '0')
  })
})

describe('a connection that is not ready', () => {
  test.each([
    ['redis 6', nodeRedisBackend(heard(createClient()))],
    ['redis 5', nodeRedisBackend(heard(redis5.createClient()))],
    ['a pool', nodeRedisBackend(heard(createClientPool()))],
    ['a Cluster of 6', nodeRedisClusterBackend(heard(createCluster({ rootNodes: [] })))],
    ['a Cluster of 5', nodeRedisClusterBackend(heard(redis5.createCluster({ rootNodes: [] })))],
    ['a Sentinel', nodeRedisSentinelBackend(heard(createSentinel(sentinelOptions)))],
  ])('refuses at once, whatever is asked of it: %s', async (_name, backend) => {
    const unavailable = failing('ERR_STORE_UNAVAILABLE', /nothing was sent/)
    await expect(backend.find('g.a', callOf())).rejects.toEqual(unavailable)
    await expect(backend.insert('g.a', row, callOf())).rejects.toEqual(unavailable)
    await expect(backend.list('g', callOf())).rejects.toEqual(unavailable)
    await expect(backend.ping(callOf())).rejects.toEqual(unavailable)
    await expect(backend.scan(callOf())[Symbol.asyncIterator]().next()).rejects.toEqual(unavailable)
  })
})

test.each([
  ['redis 6', (port: number) => createClientPool({ socket: { port } })],
  ['redis 5', (port: number) => redis5.createClientPool({ socket: { port } })],
])('a pool that lost its server refuses at once: %s', async (_name, createPool) => {
  const own = await startStandalone()
  const pool = createPool(own.address.port)
  await pool.on('error', () => undefined).connect()
  await own.stop()
  await until('the pool to notice', async () => {
    const finding = nodeRedisBackend(pool).find('g.a', { at, signal: AbortSignal.timeout(1_000) })
    const error = await Promise.resolve(finding).catch((error: unknown) => error)
    return String(Object(error).detail).includes('nothing was sent')
  })
  pool.destroy()
})

test('a restart from an old file undoes a logout, as the documentation says', async () => {
  const own = await startStandalone()
  const [server] = own.nodes
  assert(server)
  const returning = createClient({ socket: { port: own.address.port } })
  await heard(returning).connect()
  const backend = nodeRedisBackend(returning)
  await backend.insert('g.a', row, callOf())
  await server.command('SAVE')
  await backend.remove('g.a', { ...callOf(), reason: 'logout' })
  await server.kill()
  await server.restart()
  await until('the client to be back', () => backend.ping(callOf()).then(() => true))
  expect(await backend.find('g.a', callOf())).toEqual(row)
  returning.destroy()
  await own.stop()
})

test('a write whose deadline passes before it was sent is never sent', async () => {
  const watch = await monitorTraffic(server.address)
  const { sent } = await watch.during(async () => {
    const controller = new AbortController()
    const writing = nodeRedisBackend(client).insert('late.a', row, callOf(controller))
    controller.abort()
    await expect(writing).rejects.toEqual(
      failing('ERR_STORE_TIMEOUT', /whether a write was applied is unknown/),
    )
  })
  expect(sent).toEqual([])
  watch.stop()
})

test('nor is one to a pool, a Cluster or a Sentinel set', async () => {
  const { cluster, sentinel } = sharedServers()
  const rootNodes = cluster.nodes.map(({ host, port }) => ({ url: `redis://${host}:${port}` }))
  const sentinelRootNodes = [...sentinel.sentinels]
  const [pool, ofCluster, ofSentinel] = [
    heard(createClientPool({ socket: { port } })),
    heard(createCluster({ rootNodes })),
    heard(createSentinel({ name: sentinel.name, sentinelRootNodes })),
  ]
  await Promise.all([pool.connect(), ofCluster.connect(), ofSentinel.connect()])
  const options = { prefix: freshPrefix() }
  for (const backend of [
    nodeRedisBackend(pool, options),
    nodeRedisClusterBackend(ofCluster, options),
    nodeRedisSentinelBackend(ofSentinel, options),
  ]) {
    await backend.insert('late.b', row, callOf()) // by now the node knows the script
    const controller = new AbortController()
    const writing = backend.insert('late.a', row, callOf(controller))
    controller.abort()
    await expect(writing).rejects.toEqual(failing('ERR_STORE_TIMEOUT', /given up/))
    expect(await backend.find('late.a', callOf())).toBeNull()
  }
  for (const client of [pool, ofCluster, ofSentinel]) await client.close()
})

test('a client without an error listener is told to the warn of the manager, once', async () => {
  const deaf = createClient({ socket: { port } })
  await deaf.connect()
  const warn = vi.fn()
  const config = defaultConfig('a secret of the tests: 7f3b1c9e5d2a8460', {
    store: nodeRedisStore(deaf),
    storeTimeout: '20s',
    warn,
  })
  const visitor = createVisitor(createSessionManager<Record<string, unknown>>(config))
  for (const n of [1, 2]) await visitor.request(({ data }) => Object.assign(data, { n }))
  expect(warn.mock.calls).toEqual([[expect.stringContaining("client.on('error'")]])
  deaf.destroy()
})

describe('each factory takes the clients that it is for, of both majors', () => {
  test('client, pool, cluster and sentinel', () => {
    nodeRedisStore(createClient())
    nodeRedisStore(redis5.createClient())
    nodeRedisStore(createClient({ RESP: 2 }))
    nodeRedisStore(createClientPool())
    nodeRedisStore(redis5.createClientPool())
    nodeRedisClusterStore(createCluster({ rootNodes: [] }))
    nodeRedisClusterStore(redis5.createCluster({ rootNodes: [] }))
    nodeRedisSentinelStore(createSentinel(sentinelOptions))
    nodeRedisSentinelStore(redis5.createSentinel(sentinelOptions))
  })

  test('and refuses the others, in TypeScript and in JavaScript', () => {
    const emitter = { listenerCount: () => 1 }
    const hint =
      /there are nodeRedisStore\(\), nodeRedisClusterStore\(\) and nodeRedisSentinelStore\(\)/
    // @ts-expect-error A cluster is sent to by another signature.
    expect(() => nodeRedisStore(createCluster({ rootNodes: [] }))).toThrow(hint)
    // @ts-expect-error So is a sentinel.
    expect(() => nodeRedisStore(createSentinel(sentinelOptions))).toThrow(hint)
    // @ts-expect-error A client is no cluster.
    expect(() => nodeRedisClusterStore(createClient())).toThrow(hint)
    // @ts-expect-error Nor a sentinel.
    expect(() => nodeRedisSentinelStore(createClient())).toThrow(hint)
    // @ts-expect-error That of ioredis has a sendCommand too, and takes other words.
    expect(() => nodeRedisStore({ ...emitter, sendCommand: async () => 1 })).toThrow(
      'store-ioredis',
    )
    // @ts-expect-error Nothing is none of them.
    expect(() => nodeRedisStore(undefined)).toThrow(hint)
  })

  test('a prefix with braces is refused when the store is made', () => {
    expect(() => nodeRedisStore(client, { prefix: '{app}:' })).toThrow('without braces')
  })
})

function heard<Client extends EventEmitter>(client: Client): Client {
  client.on('error', console.error)
  return client
}
