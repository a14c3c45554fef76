import { EncryptJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { honoSessionSource } from '../../src/hono-session.ts'
import { cookiesOf } from '../sources/cookies.ts'
import { mutationsOf } from '../sources/mutations.ts'
import { callAt } from '../sources/source-call.ts'
import { application, libraries, mapStorage, secret } from './world.ts'

const until = Date.now() + 60_000
const data = { user: { id: 7 }, cart: ['a'] }

describe.each(['0.2', '0.1'] as const)('@hono/session %s', (version) => {
  const library = libraries[version]

  test('a session in the cookie opens with its data and its limits', async () => {
    const app = application(library, { duration: { absolute: 60 } })
    const source = honoSessionSource({ secret })
    const cookies = cookiesOf(await app.put(data))
    const [cookie] = await source.verify(cookies, Date.now())
    expect(cookie?.session).toMatchObject({ data })
    expect(Object.keys(cookie?.session?.data ?? {})).toEqual(['user', 'cart'])
    expect(source.find).toBeUndefined()
    const { expiresAt = 0, createdAt = 0 } = Object(cookie?.session)
    expect(expiresAt - createdAt).toBe(60_000)
    expect(Math.abs(createdAt - Date.now())).toBeLessThan(30_000)
    expect(await source.verify(cookies, expiresAt)).toEqual([])
    expect(await honoSessionSource({ secret: `${secret}2` }).verify(cookies, 0)).toEqual([])
  })

  test('a session in a storage is found', async () => {
    const storage = mapStorage()
    const app = application(library, { duration: { absolute: 60 } }, storage)
    const source = honoSessionSource({ secret, storage })
    const [cookie] = await source.verify(cookiesOf(await app.put(data)), Date.now())
    const { createdAt = 0, absoluteExpiresAt = 0 } = cookie?.limits ?? {}
    expect(absoluteExpiresAt - createdAt).toBe(60_000)
    expect(await source.find?.(cookie?.key ?? '', callAt(Date.now()))).toMatchObject({ data })
    await source.end?.(cookie?.key ?? '', callAt(0))
    expect(storage.map.size).toBe(0)
    expect(await source.find?.(cookie?.key ?? '', callAt(Date.now()))).toBeUndefined()
  })

  test('a key of 32 bytes takes the place of a secret', async () => {
    const key = crypto.getRandomValues(new Uint8Array(32))
    const app = application(library, { secret: key })
    const cookies = cookiesOf(await app.put(data))
    expect(await honoSessionSource({ secret: key, until }).verify(cookies, 0)).toHaveLength(1)
    expect(await honoSessionSource({ secret, until }).verify(cookies, 0)).toEqual([])
  })

  test('a cookie that never expires is opened until the migration ends', async () => {
    const app = application(library, {})
    const cookies = cookiesOf(await app.put(data))
    expect(await honoSessionSource({ secret, until }).verify(cookies, 0)).toHaveLength(1)
    expect(await honoSessionSource({ secret }).verify(cookies, 0)).toEqual([])
  })

  test('of 1,000 mutations none is genuine, and none throws', async () => {
    const app = application(library, {})
    const source = honoSessionSource({ secret, until })
    const values = [
      ...cookiesOf([...(await app.put(data)), ...(await app.put(data))]).values(),
    ].flat()
    for (const mutation of mutationsOf(values, Number(process.env['MUTATIONS'] ?? 1_000)))
      expect(await source.verify(new Map([['sid', [mutation]]]), 0), mutation).toEqual([])
  })
})

test('a token of the same key for another purpose is not genuine', async () => {
  const key = crypto.getRandomValues(new Uint8Array(32))
  const source = honoSessionSource({ secret: key, until })
  const tokenOf = (payload: Record<string, unknown>, enc = 'A256GCM') =>
    new EncryptJWT(payload).setProtectedHeader({ alg: 'dir', enc }).encrypt(key)
  const verify = (value: string) => source.verify(new Map([['sid', [value]]]), 0)
  expect(await verify(await tokenOf({ sid: 'a' }))).toHaveLength(1)
  expect(await verify(await tokenOf({ sub: 'a' }))).toEqual([])
  expect(await verify(await tokenOf({ sid: 1 }))).toEqual([])
  expect(await verify(await tokenOf({ sid: 'a' }, 'A128CBC-HS256'))).toEqual([])
})

test('a record that is no object is unreadable', async () => {
  const storage = { get: (id: string) => JSON.parse(id), delete: () => undefined }
  const source = honoSessionSource({ secret, storage })
  for (const record of ['[]', '"a"', '1'])
    expect(await source.find?.(record, callAt(0)), record).toHaveProperty('unreadable')
})

test('options that do not fit are refused', () => {
  const make = (options: object) => () => honoSessionSource(options as { secret: string })
  expect(make({})).toThrow('secret is neither')
  expect(make({ secret: '' })).toThrow('secret is neither')
  expect(make({ secret: new Uint8Array(16) })).toThrow('secret is neither')
  expect(make({ secret, storage: {} })).toThrow('storage is none')
  expect(make({ secret, ttl: 1 })).toThrow('ttl')
  expect(make({ secret, until: 'tomorrow' })).toThrow('until is no time')
  expect(make({ secret, userId: 'user' })).toThrow('userId is no function')
})
