import { MemoryStore } from 'hono-sessions'
import { describe, expect, test } from 'vitest'
import { honoSessionsSource } from '../../src/hono-sessions.ts'
import { cookiesOf, headerOf } from '../sources/cookies.ts'
import { mutationsOf } from '../sources/mutations.ts'
import { callAt } from '../sources/source-call.ts'
import { application, encryptionKey, libraries } from './world.ts'

const until = Date.now() + 60_000
const data = { user: { id: 7 }, cart: ['a'] }

describe.each(['0.8', '0.7'] as const)('hono-sessions %s', (version) => {
  const library = libraries[version]

  test.each([encryptionKey, undefined])(
    'a session in a store is found, with the key %s',
    async (key) => {
      const store = new library.MemoryStore()
      const options = key === undefined ? { store } : { store, encryptionKey: key }
      const app = application(library, { ...options, expireAfterSeconds: 60 })
      const source = honoSessionsSource(options)
      const [cookie] = await source.verify(cookiesOf(await app.put(data)), 0)
      const found = await source.find?.(cookie?.key ?? '', callAt(Date.now()))
      expect(found).toMatchObject({ data })
      const { expiresAt = 0, opensUntil = 0, data: all = {} } = Object(found)
      expect(Math.abs(expiresAt - Date.now() - 60_000)).toBeLessThan(30_000)
      expect(opensUntil).toBeGreaterThan(expiresAt)
      expect(Object.entries(all).filter(([name]) => name.startsWith('flash:notice:'))).toEqual([
        [expect.stringMatching(/^flash:notice:[\w-]{8}$/), 'Saved'],
      ])
      expect(await source.find?.(cookie?.key ?? '', callAt(expiresAt))).toBeUndefined()
      await source.end?.(cookie?.key ?? '', callAt(0))
      expect(await source.find?.(cookie?.key ?? '', callAt(Date.now()))).toBeUndefined()
    },
  )

  test('a session in the cookie opens with its data and its expiry', async () => {
    const app = application(library, {
      store: new library.CookieStore(),
      encryptionKey,
      expireAfterSeconds: 60,
    })
    const source = honoSessionsSource({ encryptionKey })
    const cookies = cookiesOf(await app.put(data))
    const [cookie] = await source.verify(cookies, Date.now())
    expect(cookie?.session).toMatchObject({ data })
    expect(source.find).toBeUndefined()
    const { expiresAt = 0 } = Object(cookie?.session)
    expect(Math.abs(expiresAt - Date.now() - 60_000)).toBeLessThan(30_000)
    expect(await source.verify(cookies, expiresAt)).toEqual([])
    expect(
      await honoSessionsSource({ encryptionKey: `${encryptionKey}2` }).verify(cookies, 0),
    ).toEqual([])
  })

  test('a cookie that never expires is opened until the migration ends', async () => {
    const app = application(library, { store: new library.CookieStore(), encryptionKey })
    const cookies = cookiesOf(await app.put(data))
    expect(await honoSessionsSource({ encryptionKey, until }).verify(cookies, 0)).toHaveLength(1)
    expect(await honoSessionsSource({ encryptionKey }).verify(cookies, 0)).toEqual([])
  })

  test('the cookie of a logout opens nothing', async () => {
    const app = application(library, { store: new library.CookieStore(), encryptionKey })
    const source = honoSessionsSource({ encryptionKey, until })
    const lines = await app.logOut(headerOf(await app.put(data)))
    expect(await source.verify(cookiesOf(lines), 0)).toEqual([])
  })

  test('of 500 mutations none is genuine, and none throws', async () => {
    const app = application(library, { store: new library.CookieStore(), encryptionKey })
    const source = honoSessionsSource({ encryptionKey, until })
    const values = [
      ...cookiesOf([...(await app.put(data)), ...(await app.put(data))]).values(),
    ].flat()
    for (const mutation of mutationsOf(values, Number(process.env['MUTATIONS'] ?? 500)))
      expect(await source.verify(new Map([['session', [mutation]]]), 0), mutation).toEqual([])
  })
})

test('a bare id has the form of a UUID, or costs no look-up', async () => {
  const source = honoSessionsSource({ store: new MemoryStore() })
  const verify = (value: string) => source.verify(new Map([['session', [value]]]), 0)
  expect(await verify(crypto.randomUUID())).toHaveLength(1)
  for (const value of [
    '',
    'a',
    crypto.randomUUID().toUpperCase(),
    `${crypto.randomUUID()}0`,
    '__proto__',
  ])
    expect(await verify(value), value).toEqual([])
})

test('a record of another library is unreadable', async () => {
  const store = { getSessionById: (id: string) => JSON.parse(id), deleteSession: () => undefined }
  const source = honoSessionsSource({ store })
  const records = [
    '{}',
    '[]',
    '"a"',
    '{"_data":[]}',
    '{"_data":{"a":1}}',
    '{"_data":{},"_expire":"soon"}',
  ]
  for (const record of records)
    expect(await source.find?.(record, callAt(0)), record).toHaveProperty('unreadable')
})

test('options that do not fit are refused', () => {
  const make = (options: object) => () => honoSessionsSource(options)
  expect(make({})).toThrow('needs a store or an encryptionKey')
  expect(make({ encryptionKey: 'short' })).toThrow('encryptionKey')
  expect(make({ store: {} })).toThrow('store is no store')
  expect(make({ encryptionKey, ttl: 1 })).toThrow('ttl')
})
