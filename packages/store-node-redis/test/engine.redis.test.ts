import { createVisitor, type TestData } from '@sojourn/conformance/store'
import { createSessionManager, defaultConfig, type SessionManager } from '@sojourn/core'
import { groupOf, jsonCodec, type Row } from '@sojourn/core/store'
import { dumpServer, freshPrefix, monitorTraffic, startStandalone } from '@sojourn/redis-lab'
import { nodeRedisBackend, nodeRedisStore } from '@sojourn/store-node-redis'
import { createClient } from 'redis'
import { afterAll, assert, beforeEach, expect, test } from 'vitest'

const server = await startStandalone()
const [node] = server.nodes
assert(node)
const watch = await monitorTraffic(server.address)
const client = createClient({ socket: { port: server.address.port } })
await client.on('error', console.error).connect()

afterAll(async () => {
  client.destroy()
  watch.stop()
  await server.stop()
})

let prefix = ''
beforeEach(() => {
  prefix = freshPrefix()
})

const secret = 'a secret of the tests: 7f3b1c9e5d2a8460'
const at = Date.UTC(2030, 0, 1)
const call = {
  at,
  get signal() {
    return new AbortController().signal
  },
}
const hour = 3_600_000

function row(fields: Partial<Row> = {}): Row {
  return {
    version: 'v1',
    priorVersions: [],
    touchedAt: at,
    expiresAt: at + hour,
    value: new Uint8Array([1]),
    ...fields,
  }
}

function connect(options: Parameters<typeof nodeRedisStore>[1] = {}): SessionManager<TestData> {
  return createSessionManager<TestData>(
    defaultConfig(secret, {
      store: nodeRedisStore(client, { prefix, ...options }),
      clock: () => at,
      storeTimeout: '20s',
    }),
  )
}

test('whatever is written at the key of a session carries its time to live in the same command', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  const { sent, scripted } = await watch.during(async () => {
    for (const id of ['g.a', 'g.b', 'g.c'])
      await backend.insert(id, row(), { ...call, limit: { max: 2, onExceed: 'evict' } })
    await backend.touch(
      'g.b',
      { touchedAt: at + 1, expiresAt: at + 2 * hour },
      { ...call, expected: row() },
    )
    await backend.replace('g.b', row({ version: 'v2' }), { ...call, expected: 'v1' })
    await backend.remove('g.b', { ...call, reason: 'logout' })
    await backend.removeGroup('g', { ...call, reason: 'revoked' })
  })
  const writes = scripted.filter(([name]) => name === 'SET')
  expect(writes.length).toBe(8)
  for (const words of writes) expect(words[3]).toBe('PX')
  const expiring = scripted.filter(([name]) => /EXPIRE/.test(String(name)))
  for (const [, key] of expiring) expect(key).toBe(`${prefix}{g}`)
  expect(new Set(sent.map(([name]) => name))).toEqual(new Set(['EVALSHA', 'EVAL']))
})

test('no key of a session or an index stays for ever', async () => {
  const manager = connect()
  await createVisitor(manager).request((session) => session.login('ann'))
  await createVisitor(manager).request(({ data }) => Object.assign(data, { n: 1 }))
  const keys = await client.keys(`${prefix}*`)
  expect(keys.length).toBe(3)
  for (const key of keys) expect(await client.pTTL(key)).toBeGreaterThan(hour)
})

test('an anonymous session has no index, and gains none by changes and touches', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  await backend.insert('g.a', row(), { ...call, isSolitary: true })
  await backend.replace('g.a', row({ version: 'v2' }), { ...call, expected: 'v1' })
  await backend.touch(
    'g.a',
    { touchedAt: at + 1, expiresAt: at + hour },
    { ...call, expected: row({ version: 'v2' }) },
  )
  expect(await client.keys(`${prefix}*`)).toEqual([`${prefix}{g}:a`])
})

test('of 100 calls that find no script one sends it, and all are carried out', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  await client.scriptFlush()
  const { sent } = await watch.during(() =>
    Promise.all(Array.from({ length: 100 }, (_, n) => backend.insert(`g${n}.a`, row(), call))),
  )
  expect(sent.filter(([name]) => name === 'EVAL').length).toBe(1)
  expect((await client.keys(`${prefix}*:a`)).length).toBe(100)
})

test('SCRIPT FLUSH in the middle of 400 writes loses none and fails none', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  const writes = Array.from({ length: 400 }, async (_, n) => {
    if (n % 50 === 0) await client.scriptFlush()
    return backend.insert(`g.${n}`, row(), call)
  })
  expect((await Promise.all(writes)).every(({ inserted }) => inserted)).toBe(true)
  expect((await backend.list('g', call)).length).toBe(400)
})

test('a dump of the server holds no token, secret or cookie', async () => {
  const manager = connect()
  const visitor = createVisitor(manager)
  await visitor.request(({ data }) => Object.assign(data, { n: 'a value to find' }))
  const cookies = [visitor.cookie]
  await visitor.request((session) => session.login('ann'))
  cookies.push(visitor.cookie)
  await visitor.request((session) => session.rotate())
  cookies.push(visitor.cookie)
  const dump = Buffer.from(await dumpServer(node))
  expect(dump.includes('a value to find')).toBe(true)
  for (const cookie of cookies) {
    const token = cookie?.split('=')[1] ?? ''
    const [group = '', handle = '', , secret = '', signature = ''] = token.split('.')
    expect([group, handle].every((part) => part.length > 0)).toBe(true)
    for (const part of [token, `${handle}.${secret}`, secret, signature]) {
      expect(part.length).toBeGreaterThan(20)
      expect(dump.includes(part)).toBe(false)
      expect(dump.includes(Buffer.from(part, 'base64url'))).toBe(false)
    }
  }
})

test('a limit that is new to a user with thousands of sessions ends them in one step, and names them', async () => {
  const index = `${prefix}{g}`
  const fill = `for n = 1, 8200 do
    redis.call('SET', KEYS[1] .. ':' .. n, 'any')
    redis.call('ZADD', KEYS[1], ARGV[1], n)
  end`
  await client.eval(fill, { keys: [index], arguments: [String(at + hour)] })
  const limit = { max: 3, onExceed: 'evict' } as const
  const outcome = await nodeRedisBackend(client, { prefix }).insert('g.last', row(), {
    ...call,
    limit,
  })
  expect('evicted' in outcome && outcome.evicted.length).toBe(8_198)
  expect(await client.zCard(index)).toBe(3)
})

test('a record that Redis evicted is gone, and leaves the index', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  for (const id of ['g.a', 'g.b']) await backend.insert(id, row(), call)
  await client.del(`${prefix}{g}:a`)
  expect(await backend.find('g.a', call)).toBeNull()
  expect(await backend.replace('g.a', row({ version: 'v2' }), { ...call, expected: 'v1' })).toBe(
    'gone',
  )
  expect((await backend.list('g', call)).map(({ id }) => id)).toEqual(['g.b'])
  expect(await client.zRange(`${prefix}{g}`, 0, -1)).toEqual(['b'])
})

test.each(['evict', 'refuse'] as const)(
  'a record that Redis evicted does not count for a limit: %s',
  async (onExceed) => {
    const backend = nodeRedisBackend(client, { prefix })
    for (const id of ['g.a', 'g.b']) await backend.insert(id, row(), call)
    await client.del(`${prefix}{g}:a`)
    const limit = { max: 2, onExceed }
    const outcome = await backend.insert('g.c', row(), { ...call, limit })
    expect(outcome).toEqual({ inserted: true, evicted: [] })
  },
)

test('a record that Redis evicted is none of those that were ended, and leaves no tombstone', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  for (const id of ['g.a', 'g.b']) await backend.insert(id, row(), call)
  await client.del(`${prefix}{g}:a`)
  expect(await backend.removeGroup('g', { ...call, reason: 'revoked' })).toEqual(['g.b'])
  expect(await client.keys(`${prefix}*`)).toEqual([`${prefix}{g}:b`])
})

test('an index outlives its sessions, also where the last to write has a clock that is fast', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  await backend.insert('g.a', row(), call)
  const ahead = at + 30_000
  await backend.insert('g.b', row({ expiresAt: ahead + 1 }), { ...call, at: ahead })
  const [index, session] = [`${prefix}{g}`, `${prefix}{g}:a`]
  expect(await client.pTTL(index)).toBeGreaterThan(await client.pTTL(session))
})

test('an index that Redis evicted heals by a touch, a change and an insert', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  for (const id of ['g.a', 'g.b']) await backend.insert(id, row(), call)
  await client.del(`${prefix}{g}`)
  expect(await backend.list('g', call)).toEqual([])
  await backend.touch(
    'g.a',
    { touchedAt: at, expiresAt: at + 2 * hour },
    { ...call, expected: row() },
  )
  await backend.replace('g.b', row({ version: 'v2' }), { ...call, expected: 'v1' })
  await backend.insert('g.c', row(), call)
  expect((await backend.list('g', call)).map(({ id }) => groupOf(id)).length).toBe(3)
})

test('an index that nobody lists does not grow with sessions that ran out', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  for (let n = 0; n < 50; n++) {
    await backend.insert(`g.${n}`, row({ expiresAt: at + hour + n }), call)
    await client.del(`${prefix}{g}:${n}`)
  }
  expect(await client.zCard(`${prefix}{g}`)).toBeLessThanOrEqual(2)
})

test('a session written by one codec is read and changed by another', async () => {
  const writer = connect({ codec: jsonCodec })
  const visitor = createVisitor(writer)
  await visitor.request(({ data }) => Object.assign(data, { at: new Date(5), n: 1 }))
  const reader = createVisitor(connect(), visitor.cookie)
  await reader.request(({ data }) => Object.assign(data, { n: 2 }))
  const again = createVisitor(connect({ codec: jsonCodec }), visitor.cookie)
  expect((await again.read())?.data).toEqual({ at: new Date(5), n: 2 })
})

test('a session with a cart takes no more than a twentieth above a plain string of the same JSON', async () => {
  const data = {
    name: 'Ann Example',
    roles: ['admin', 'editor'],
    cart: Array.from({ length: 6 }, (_, n) => ({
      sku: `A-10${n}`,
      title: 'A thing to buy',
      price: 1999 + n,
      count: 2,
    })),
  }
  const visitor = createVisitor(connect())
  await visitor.request((session) => Object.assign(session.data, data))
  const [key = ''] = await client.keys(`${prefix}*`)
  await client.set(`${key}-plain`, JSON.stringify(data), { PX: hour })
  const [session, plain] = await Promise.all([
    client.memoryUsage(key),
    client.memoryUsage(`${key}-plain`),
  ])
  const [json, row] = [JSON.stringify(data).length, await client.strLen(key)]
  console.info(JSON.stringify({ json, row, session, plain }))
  expect(session).toBeLessThanOrEqual(Number(plain) * 1.05)
})

test('a user with 600 sessions is listed and ended whole, in steps that hold Redis shortly each', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  const ids = Array.from({ length: 600 }, (_, n) => `ann.${n}`)
  await Promise.all(ids.map((id, n) => backend.insert(id, row({ expiresAt: at + hour + n }), call)))
  const kept = 'ann.300'
  await backend.list('nobody', call)
  await backend.removeGroup('nobody', { ...call, reason: 'revoked' })
  const { sent } = await watch.during(async () => {
    const listed = await backend.list('ann', call)
    expect(listed.map(({ id }) => id).sort()).toEqual(ids.sort())
    const ended = await backend.removeGroup('ann', { ...call, reason: 'revoked', except: kept })
    expect([...ended].sort()).toEqual(ids.filter((id) => id !== kept).sort())
  })
  expect(sent.filter(([name]) => name?.startsWith('EVAL'))).toHaveLength(6)
  expect((await backend.list('ann', call)).map(({ id }) => id)).toEqual([kept])
  expect(await backend.find('ann.599', call)).toEqual({ ended: 'revoked', at })
})

test('removeGroup tells of each step, so that the sessions of a step that was taken are known if the next fails', async () => {
  const backend = nodeRedisBackend(client, { prefix })
  const ids = Array.from({ length: 300 }, (_, n) => `group.${n}`)
  for (const id of ids) await backend.insert(id, row(), call)
  const deadline = new AbortController()
  const told: string[] = []
  const removing = backend.removeGroup('group', {
    at,
    signal: deadline.signal,
    reason: 'revoked',
    onEnded(step) {
      told.push(...step)
      deadline.abort()
    },
  })
  await expect(removing).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
  expect(told.length).toBeGreaterThan(200) // a step is about 250
  expect(told.length).toBeLessThan(ids.length)
  const rest = await backend.removeGroup('group', { ...call, reason: 'revoked' })
  expect([...told, ...rest].sort()).toEqual(ids.toSorted())
})
