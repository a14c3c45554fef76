import { describe, expect, test } from 'vitest'
import { fastifySessionSource } from '../../src/fastify-session.ts'
import { createMapClient } from '../sessionx/map-client.ts'
import { cookiesOf, headerOf } from '../sources/cookies.ts'
import { mutationsOf } from '../sources/mutations.ts'
import { callAt } from '../sources/source-call.ts'
import { createSigner } from './signer.ts'
import { fastifyApplication, memoryStore, secret } from './world.ts'

const data = { user: { id: 7, since: new Date(0) }, cart: ['a'] }
/** What the plugin gives to a handler: JSON of the data. */
const stored = JSON.parse(JSON.stringify(data))

describe.each([10, 11] as const)('@fastify/session %i', (version) => {
  test('a session in memory is found with its data and its limits', async () => {
    const store = memoryStore()
    const app = await fastifyApplication(version, { secret, store, cookie: { maxAge: 60_000 } })
    const source = fastifySessionSource({ secret, store })
    const [cookie] = await source.verify(cookiesOf(await app.put(data)), 0)
    const found = await source.find?.(cookie?.key ?? '', callAt(Date.now()))
    expect(found).toMatchObject({ data: stored, maxAge: 60_000, persistent: true })
    const { expiresAt = 0, opensUntil = 0 } = Object(found)
    expect(Math.abs(expiresAt - Date.now() - 60_000)).toBeLessThan(30_000)
    expect(opensUntil).toBeGreaterThan(expiresAt)
    await source.end?.(cookie?.key ?? '', callAt(0))
    expect(await source.find?.(cookie?.key ?? '', callAt(Date.now()))).toBeUndefined()
  })

  test('a session without maxAge ends with the browser', async () => {
    const store = memoryStore()
    const app = await fastifyApplication(version, { secret, store })
    const source = fastifySessionSource({ secret, store })
    const [cookie] = await source.verify(cookiesOf(await app.put(data)), 0)
    const found = await source.find?.(cookie?.key ?? '', callAt(Date.now()))
    expect(found).toMatchObject({ data: stored, persistent: false })
    expect(Object.keys(Object(found))).not.toContain('expiresAt')
    expect(Object.keys(Object(found))).not.toContain('opensUntil') // nobody knows how long the store keeps it
  })

  test('cookiePrefix, cookieName, algorithm and several secrets', async () => {
    const store = memoryStore()
    const options = { cookiePrefix: 's:', algorithm: 'sha512' }
    const names = { ...options, cookieName: 'connect.sid' }
    const app = await fastifyApplication(version, {
      ...names,
      secret: [secret, `${secret}2`],
      store,
    })
    const cookies = cookiesOf(await app.put(data))
    const verify = (of: Partial<Parameters<typeof fastifySessionSource>[0]>) =>
      fastifySessionSource({ ...options, cookieName: 'connect.sid', secret, store, ...of }).verify(
        cookies,
        0,
      )
    expect(await verify({})).toHaveLength(1)
    expect(await verify({ secret: [`${secret}3`, secret] })).toHaveLength(1)
    expect(await verify({ secret: `${secret}2` })).toEqual([])
    expect(await verify({ cookiePrefix: 't:' })).toEqual([])
    expect(await verify({ cookiePrefix: '' })).toEqual([])
    expect(await verify({ algorithm: 'sha256' })).toEqual([])
    expect(await verify({ cookieName: 'sessionId' })).toEqual([])
  })

  test('an object that signs takes the place of secrets', async () => {
    const store = memoryStore()
    const signer = createSigner(secret)
    const app = await fastifyApplication(version, { secret: signer, store })
    const source = fastifySessionSource({ secret: signer, store })
    const cookies = cookiesOf(await app.put(data))
    expect(await source.verify(cookies, 0)).toHaveLength(1)
    expect(
      await fastifySessionSource({ secret: createSigner('other'), store }).verify(cookies, 0),
    ).toEqual([])
  })

  test('with rolling: false a session ends when its record says, as it does in the plugin', async () => {
    const store = memoryStore()
    const options = { rolling: false, cookie: { maxAge: 3_600_000 } }
    const app = await fastifyApplication(version, { secret, store, ...options })
    const source = fastifySessionSource({ secret, store })
    const lines = await app.put(data)
    const [cookie] = await source.verify(cookiesOf(lines), 0)
    const find = () => source.find?.(cookie?.key ?? '', callAt(Date.now()))
    expect(await app.get(headerOf(lines))).toMatchObject(stored)
    expect(await find()).toMatchObject({ data: stored })
    const [record] = (Reflect.get(store, 'store') as Map<string, { cookie: object }>).values()
    Object.assign(record?.cookie ?? {}, { expires: new Date(0) })
    expect(await find()).toBeUndefined()
    expect(await app.get(headerOf(lines))).not.toHaveProperty('user')
  })

  test('of 3,000 mutations none is genuine, and none throws', async () => {
    const store = memoryStore()
    const app = await fastifyApplication(version, { secret, store, cookiePrefix: 's:' })
    const source = fastifySessionSource({ secret, store, cookiePrefix: 's:' })
    const values = [
      ...cookiesOf([...(await app.put(data)), ...(await app.put(data))]).values(),
    ].flat()
    const keyOf = async (value: string) =>
      (await source.verify(new Map([['sessionId', [value]]]), 0))[0]?.key
    const genuine = await Promise.all(values.map(keyOf))
    expect(genuine).not.toContain(undefined)
    for (const mutation of mutationsOf(values, Number(process.env['MUTATIONS'] ?? 3_000))) {
      const key = await keyOf(mutation)
      // Another percent-encoding of a genuine cookie is that cookie; nothing else opens.
      if (key !== undefined)
        expect(values.map(decodeURIComponent)).toContain(decodeURIComponent(mutation))
    }
  })
})

test('a record of another library is unreadable, and one without an expiry that is a time', async () => {
  const records = { other: { _data: {} }, time: { cookie: { expires: 'soon' } }, text: 'a' }
  const store = {
    get: (id: string, done: (error: null, record: object) => void) =>
      done(null, Object(records)[id] as object),
    destroy: () => undefined,
  }
  const source = fastifySessionSource({ secret, store })
  for (const id of Object.keys(records))
    expect(await source.find?.(id, callAt(0)), id).toHaveProperty('unreadable')
})

test('a serializer is that of connect-redis', async () => {
  const client = createMapClient()
  const serializer = {
    parse: async (text: string) => JSON.parse(Buffer.from(text, 'base64').toString()),
  }
  const record = JSON.stringify({ cookie: { expires: null, originalMaxAge: null }, n: 1 })
  client.map.set('sess:a', Buffer.from(record).toString('base64'))
  client.map.set('sess:b', record)
  const source = fastifySessionSource({ secret, client, serializer })
  expect(await source.find?.('a', callAt(0))).toMatchObject({ data: { n: 1 } })
  expect(await source.find?.('b', callAt(0))).toHaveProperty('unreadable')
})

test('options that do not fit are refused', () => {
  const store = memoryStore()
  const make = (options: object) => () => fastifySessionSource(options as { secret: string })
  expect(make({ secret })).toThrow('takes a client or a store')
  expect(make({ secret, store, client: {} })).toThrow('takes a client or a store')
  expect(make({ secret, store: {} })).toThrow('store is no store')
  expect(make({ secret, client: {} })).toThrow('client is no client')
  expect(make({ secret: '', store })).toThrow('secret is missing or empty')
  expect(make({ secret: [], store })).toThrow('secret is missing or empty')
  expect(make({ store })).toThrow('secret is missing or empty')
  expect(make({ secret, store, algorithm: 'rot13' })).toThrow('algorithm')
  expect(make({ secret, store, ttl: 1 })).toThrow('ttl')
  expect(make({ secret, store, until: 'tomorrow' })).toThrow('until is no time')
  expect(make({ secret, store, userId: 'user' })).toThrow('userId is no function')
})
