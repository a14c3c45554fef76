import { randomBytes } from 'node:crypto'
import { stripVTControlCharacters } from 'node:util'
import { createSessionManager, defaultConfig, SessionStoreError } from '@sojourn/core'
import { createTestCarrier } from '@sojourn/core/testing'
import { migrateStore } from '@sojourn/migrate'
import { expressSessionSource } from '@sojourn/migrate/express-session'
import {
  freshPrefix,
  monitorTraffic,
  sharedServers,
  startStandalone,
  type Topology,
} from '@sojourn/redis-lab'
import { nodeRedisStore } from '@sojourn/store-node-redis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sojourn, writeTemporary } from '../support.ts'
import { openTerminal } from '../terminal.ts'
import { cookieFor, type OldApp, secret, startOldApp } from './old-app.ts'

const { cluster } = sharedServers()
let server: Topology<'standalone'>
beforeAll(async () => {
  server = await startStandalone()
})
afterAll(() => server.stop())

const check = (args: readonly string[]) => sojourn(['migrate', 'check', ...args])
const json = async (args: readonly string[]) => {
  const { status, stdout } = await check([...args, '--json'])
  return { status, ...JSON.parse(stdout) }
}

const good = (n: number) => ({
  passport: { user: `user-${n % 700}` },
  cart: [`A-${n}`],
  seenAt: '2026-11-30T16:00:00.000Z',
})
const nested = (depth: number): object => (depth === 0 ? {} : { a: nested(depth - 1) })
const cookie = { originalMaxAge: 3_600_000, expires: '2030-01-01T00:00:00.000Z' }

/** What can be wrong with a record: the data that the application had, or the record that something else wrote. */
const broken: readonly {
  readonly why: RegExp
  readonly data?: object
  readonly record?: string
}[] = [
  { why: /not what the serializer writes/, record: '{"cookie":{"originalMaxAge":36' },
  { why: /has no cookie/, record: '{"cart":["A-1042"]}' },
  { why: /something else than a text/ },
  { why: /more than maxDataBytes/, data: { passport: { user: 'ann' }, blob: 'x'.repeat(66_000) } },
  { why: /nested deeper/, data: nested(120) },
  {
    why: /a key __proto__/,
    record: JSON.stringify({ cookie, y: 1 }).replace('"y"', '"__proto__"'),
  },
  { why: /neither a number nor a text/, data: { passport: { user: { id: 7 } } } },
  { why: /neither a number nor a text/, data: { passport: { user: 'u'.repeat(1_025) } } },
]

/** Makes broken records, of each kind so many, and returns their ids. */
async function makeBroken({ make, client, prefix }: OldApp, each: number): Promise<string[]> {
  const ids = await make(
    broken.flatMap(({ data = {} }) => Array.from({ length: each }, () => data)),
  )
  for (const [at, id] of ids.entries()) {
    const { data, record } = broken[Math.floor(at / each)] ?? {}
    if (record !== undefined) await client.set(prefix + id, record, { KEEPTTL: true })
    else if (!data) {
      await client.del(prefix + id)
      await client.hSet(prefix + id, 'a', '1')
    }
  }
  return ids
}

describe('10,000 records, of which 2 % are broken in eight ways', () => {
  test('are told apart, with reads alone', async () => {
    const app = await startOldApp(server.address)
    const ids = await app.make(Array.from({ length: 9_800 }, (_, n) => good(n)))
    ids.push(...(await makeBroken(app, 25)))
    const monitor = await monitorTraffic(server.address)
    const results: Awaited<ReturnType<typeof json>>[] = []
    const { sent } = await monitor.during(async () => {
      results.push(await json([...app.args, '--user', 'passport.user']))
    })
    monitor.stop()

    const commands = new Set(sent.map(([name = '']) => name.toUpperCase()))
    expect([...commands].filter((name) => !readers.has(name))).toEqual([])
    expect(commands).toContain('PTTL')

    const [{ status, records }] = results as [Awaited<ReturnType<typeof json>>]
    expect(status).toBe(2)
    expect(records).toMatchObject({ read: 10_000, carried: 9_800, ended: 0 })
    const refused: { why: string; count: number; examples: string[] }[] = records.refused
    expect(refused.reduce((sum, { count }) => sum + count, 0)).toBe(200)
    for (const { why } of broken) expect(refused.some((reason) => why.test(reason.why))).toBe(true)
    expect(records.users).toEqual({
      path: 'passport.user',
      sessions: 9_800,
      users: 700,
      anonymous: 0,
    })
    expect(records.data).toContainEqual({
      path: 'seenAt',
      sessions: 9_800,
      types: { 'text of a Date': 9_800 },
      mostBytes: 26,
    })
    const text = JSON.stringify(records)
    expect(ids.filter((id) => text.includes(id.slice(0, 11)))).toEqual([])
    expect(text).not.toMatch(/user-\d|A-\d|2026-11-30/)
  })
})

/** What the check may send, also when it connects. */
const readers = new Set(['HELLO', 'CLIENT', 'INFO', 'PING', 'DBSIZE', 'SCAN', 'GET', 'PTTL'])

test('a session is carried over exactly if the migration opens it', async () => {
  const app = await startOldApp(server.address)
  const ids = [...(await app.make([good(1), good(2), {}])), ...(await makeBroken(app, 1))]
  await app.client.set(app.prefix + ids[0], 'TOMBSTONE', { KEEPTTL: true })
  const manager = createSessionManager(
    defaultConfig(randomBytes(32).toString('hex'), {
      store: migrateStore({
        from: expressSessionSource({
          client: app.client,
          secret,
          prefix: app.prefix,
          userId: ({ passport }) => passport?.user,
        }),
        to: nodeRedisStore(app.client as never, { prefix: freshPrefix() }),
      }),
      warn: () => undefined,
    }),
  )
  const opens = async (id: string) => {
    try {
      return !(await manager.load(createTestCarrier({ cookie: cookieFor(id) }))).isNew
    } catch (error) {
      if (!(error instanceof SessionStoreError)) throw error
      return false // Redis refuses to read a hash as a text
    }
  }
  const opened: boolean[] = []
  for (const id of ids) opened.push(await opens(id))
  await manager.close()

  const verdicts: boolean[] = []
  for (const id of ids) {
    const file = writeTemporary('cookies', `${cookieFor(id)}\n`)
    const { cookies } = await json([
      ...app.args,
      '--limit',
      '1',
      '--cookies',
      file,
      '--user',
      'passport.user',
    ])
    verdicts.push(cookies.carried === 1)
  }
  expect(verdicts).toEqual(opened)
  expect(opened.filter(Boolean)).toHaveLength(2)
})

test('cookies: genuine ones are followed, and the others told apart', async () => {
  const app = await startOldApp(server.address)
  const cookie = await app.logIn()
  const value = cookie.split('=')[1] ?? ''
  const [gone = ''] = await app.make([{}])
  await app.client.del(app.prefix + gone)
  const lines = [
    `Cookie: theme=dark; ${cookie}`,
    value,
    cookieFor(gone),
    `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`,
    'theme=dark; lang=en',
  ]
  const file = writeTemporary('cookies', `${lines.join('\n')}\n`)
  const { status, cookies } = await json([...app.args, '--cookies', file])
  expect(status).toBe(2)
  expect(cookies).toMatchObject({ read: 5, carried: 2, ended: 1 })
  expect(cookies.refused).toEqual([
    { why: expect.stringContaining('not genuine'), count: 1, examples: [] },
    { why: 'There is no cookie named connect.sid.', count: 1, examples: [] },
  ])
  expect(cookies.userPaths).toEqual(['passport.user'])

  const { status: refused, stderr } = await check([
    ...app.args.filter((arg) => !/secret/.test(arg)),
    '--cookies',
    file,
  ])
  expect(refused).toBe(64)
  expect(stderr).toContain('--secret-file')
})

test('says if no key has the prefix, and if there may be more than were read', async () => {
  const app = await startOldApp(server.address)
  await app.make([good(1), good(2), good(3)])
  const none = await check(app.args.map((arg) => (arg === app.prefix ? 'nobody:' : arg)))
  expect(none.status).toBe(1)
  expect(none.stdout.replace(/\s+/g, ' ')).toContain('No key begins with nobody:: --prefix gives')

  const some = await check([...app.args, '--limit', '2'])
  expect(some.stdout).toContain('These are the first 2 that were found: --limit 0 looks at all.')
  expect((await json([...app.args, '--limit', '2'])).records.isAll).toBe(false)
  const all = await check([...app.args, '--limit', '0'])
  expect(all.stdout).not.toContain('--limit')
})

test('a user with the rights that a refusal names may check, and nothing else', async () => {
  const app = await startOldApp(server.address)
  await app.make([good(1)])
  const redis = (...args: string[]) => server.nodes[0]?.command(...args)
  const name = `check-${randomBytes(4).toString('hex')}`
  const rights = ['reset', 'on', '>pw', '+ping', '+dbsize', '+scan', '+get', '+pttl']
  await redis('ACL', 'SETUSER', name, ...rights, `~${app.prefix}*`)
  const as = (given: readonly string[]) => {
    const args = given.map((arg) => arg.replace('redis://', `redis://${name}@`))
    return sojourn(['migrate', 'check', ...args], { REDIS_PASSWORD: 'pw' })
  }
  expect((await as(app.args)).status).toBe(0)

  await redis('ACL', 'SETUSER', name, '-scan')
  const refused = await as(app.args)
  expect(refused.status).toBe(2)
  for (const right of ['NOPERM', ...rights.slice(3), '~PREFIX*'])
    expect(refused.stderr).toContain(right)
})

test('on a Cluster all masters are read, in turns', async () => {
  const app = await startOldApp(cluster)
  await app.make(Array.from({ length: 300 }, (_, n) => good(n)))
  expect((await json(app.args)).records).toMatchObject({ read: 300, carried: 300 })
  expect((await json([...app.args, '--limit', '20'])).records).toMatchObject({ read: 20 })
})

test('says what will be different, and exits with 1', async () => {
  const app = await startOldApp(server.address)
  await app.make([{ flash: { info: ['Saved'] }, 'flash:info:x': 1, user: 7 }], 14 * 86_400_000)
  const [id = ''] = await app.make([{}])
  await app.client.persist(app.prefix + id)
  const { status, records } = await json(app.args)
  expect(status).toBe(1)
  expect(records.notes).toEqual([
    expect.stringMatching(/^1 session .*maxAge: '336h'/),
    expect.stringMatching(/^1 session never expire/),
    expect.stringMatching(/^1 session .*"flash:"/),
    expect.stringMatching(/^1 session .*connect-flash/),
  ])
  expect(records.userPaths).toEqual(['user'])
})

test('a table in the data does not show its keys, and lines have 80 columns', async () => {
  const app = await startOldApp(server.address)
  const cart = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`product-${n}`, n]))
  await app.make([{ cart, note: null }])
  const { status, stdout, stderr } = await check(app.args)
  expect([status, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/cart\.\* +60 +number/)
  expect(stdout).not.toContain('product-')

  const tokens = ['ann@example.com', '1042-7731', 'b1946ac9-2f0e', 'kQ3vX9tRw2LmZp8Y', 'My cat Tom']
  await app.make(tokens.map((token) => ({ [token]: 1, votes: { [token]: 1 }, oidc_state: 'x' })))
  const [{ records }, shown] = [await json(app.args), await check(app.args)]
  for (const token of tokens) expect(JSON.stringify(records) + shown.stdout).not.toContain(token)
  expect(shown.stdout).toMatch(/oidc_state +5/)
  for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('in a terminal a bar shows how far it has come, and goes', async () => {
  const app = await startOldApp(server.address)
  await app.make(Array.from({ length: 200 }, (_, n) => good(n)))
  const { ended, output } = openTerminal(['migrate', 'check', ...app.args])
  expect(await ended).toBe(0)
  const [, bar = '', ...others] = output().split('\u001b[K')
  expect(bar).toMatch(/[█░]{20} Reading records: \d+ of at most \d+/)
  expect(stripVTControlCharacters(others.at(-1) ?? '')).toMatch(/^express-session, redis:/)
})

test.each(['@fastify/session', 'sessionx'])(
  '%s: its records and cookies are looked at',
  async (from) => {
    const app = await startOldApp(server.address)
    const [id = ''] = await app.make([{ user: 'ann' }])
    const file = writeTemporary('cookies', 'sessionx=x; sessionId=x\n')
    const args = app.args.map((arg) => (arg === 'express-session' ? from : arg))
    const { records, cookies } = await json([...args, '--cookies', file])
    const isReadable = from === '@fastify/session' // connect-redis writes for both
    expect(records).toMatchObject({ read: 1, carried: isReadable ? 1 : 0 })
    expect(cookies).toMatchObject({ read: 1, carried: 0 })
    expect(JSON.stringify(records)).not.toContain(id)
  },
)

test('refuses a library that it does not know', async () => {
  const { status, stderr } = await check(['redis://127.0.0.1', '--from', 'other'])
  expect(status).toBe(64)
  expect(stderr).toContain('express-session')
})
