import v8 from 'node:v8'
import { runInNewContext } from 'node:vm'
import type { Codec } from '@sojourn/core'
import { jsonCodec } from '@sojourn/core/store'
import { describe, expect, test, vi } from 'vitest'
import { nodeSealer } from '../src/node-sealer.ts'
import { createOpenedCache } from '../src/opened-cache.ts'
import { day, makeScene, minute, request, t0 } from './support.ts'

const record = {
  id: 'g.h',
  createdAt: t0,
  updatedAt: t0,
  rotatedAt: t0,
  absoluteExpiresAt: t0 + day,
  maxAge: day,
  authority: 0,
  verifier: { current: '', generation: 1 },
  persistent: true,
  client: { device: 'phone' },
}
const sealed = (n = 0) => ({
  opened: { record, touchedAt: t0, data: Buffer.from(`{"n":${n}}`) },
  expiresAt: t0 + minute,
  notBefore: t0,
})

describe('the cache of opened tokens', () => {
  test('holds so many, and drops the one used longest ago', () => {
    const cache = createOpenedCache(2)
    cache.set('one', sealed())
    cache.set('two', sealed())
    cache.get('one', t0)
    cache.set('three', sealed())
    const known = ['one', 'two', 'three'].filter((token) => cache.get(token, t0))
    expect(known).toEqual(['one', 'three'])
    for (let n = 0; n < 10_000; n++) cache.set(`token ${n}`, sealed())
    expect(known.filter((token) => cache.get(token, t0))).toEqual([])
    expect([cache.get('token 9999', t0), cache.get('token 9998', t0)]).not.toContain(undefined)
  })

  test('of 0 holds nothing', () => {
    const cache = createOpenedCache(0)
    cache.set('one', sealed())
    expect(cache.get('one', t0)).toBe(undefined)
  })

  test('forgets a token when it expires, for good', () => {
    const cache = createOpenedCache(2)
    cache.set('one', sealed())
    expect(cache.get('one', t0 + minute - 1)).toMatchObject({ expiresAt: t0 + minute })
    expect(cache.get('one', t0 + minute)).toBe(undefined)
    expect(cache.get('one', t0)).toBe(undefined)
  })

  test('keeps no more than 30 KiB of a token, and nothing of the header that it came in', async () => {
    // So many that what the process beside it allocates and frees, some hundred KiB, does not count.
    const largest = { data: 8_750, token: 12_100, most: 30 * 1024, count: 400 }
    const small = { data: 100, token: 550, most: 3 * 1024, count: 4_000 }
    const headerBytes = 16_384
    const stores = [largest, small].map((sizes) => ({
      ...sizes,
      ...makeScene({ cacheSize: sizes.count }),
    }))
    for (const { data, token, most, count, store } of stores) {
      const tokens = await tokensOf(data, count)
      const before = memoryInUse()
      for (const each of tokens) {
        const header = Buffer.alloc(headerBytes, ' ').fill(each, 0, each.length).toString('latin1')
        await store.open([header.slice(0, each.length)])
      }
      const perToken = (memoryInUse() - before) / count
      expect(Math.min(...tokens.map(({ length }) => length))).toBeGreaterThan(token)
      expect(perToken).toBeGreaterThan(token + data) // or it was not measured
      expect(perToken).toBeLessThan(most)
    }
    for (const { store } of stores) await store.open(['']) // alive up to here
  })

  test('finds by the exact token only', () => {
    const cache = createOpenedCache(2)
    cache.set('one', sealed())
    for (const other of ['One', 'one ', 'on', 'one=', '__proto__'])
      expect(cache.get(other, t0)).toBe(undefined)
    const tag = 't'.repeat(22)
    cache.set(`one.${tag}`, sealed())
    for (const other of [tag, `two.${tag}`, `One.${tag}`, `.one.${tag}`])
      expect(cache.get(other, t0)).toBe(undefined)
    expect(cache.get(`one.${tag}`, t0)).not.toBe(undefined)
  })

  test('hands out copies, and keeps a copy', () => {
    const cache = createOpenedCache(2)
    const given = sealed()
    cache.set('one', given)
    given.opened.data.fill(0)
    const first = cache.get('one', t0)?.opened
    expect(first).toEqual({ ...sealed().opened, data: Uint8Array.from(sealed().opened.data) })
    first?.data.fill(0)
    Object.assign(first?.record.client ?? {}, { device: 'poisoned' })
    Object.assign(first?.record ?? {}, { userId: 'eve' })
    const second = cache.get('one', t0)?.opened
    expect(second?.record).toEqual(record)
    expect(Buffer.from(second?.data ?? []).toString()).toBe('{"n":0}')
  })

  test('hands out records of their own with jsonCodec too, beside bytes that nobody changes', () => {
    const cache = createOpenedCache(2, jsonCodec)
    const given = sealed()
    cache.set('one', given)
    given.opened.data.fill(0)
    const first = cache.get('one', t0)?.opened
    Object.assign(first?.record.client ?? {}, { device: 'poisoned' })
    Object.assign(first?.record ?? {}, { userId: 'eve' })
    const second = cache.get('one', t0)?.opened
    expect(second).toEqual({ ...sealed().opened, data: Uint8Array.from(sealed().opened.data) })
    expect(second?.data).toBe(first?.data)
  })
})

/** Tokens of sessions of so many bytes of data, outside of the heap of strings. */
async function tokensOf(bytes: number, count: number): Promise<Buffer[]> {
  const { store } = makeScene({ cacheSize: 0 })
  const data = Buffer.from(`{"t":"${'t'.repeat(bytes - 8)}"}`)
  const client = { device: 'phone' }
  const draft = { data, client, maxAge: day, absoluteTimeout: day, persistent: true }
  const tokens: Buffer[] = []
  for (let n = 0; n < count; n++) {
    const creation = await store.create(draft, {})
    if (creation.created) tokens.push(Buffer.from(creation.token))
  }
  return tokens
}

/** In bytes, after everything was collected that nobody holds. */
function memoryInUse(): number {
  v8.setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  for (let times = 0; times < 3; times++) collect() // each ends what the one before it left to be swept
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

test('a handler cannot change what the next request is given', async () => {
  const { manager } = makeScene()
  const { cookie } = await request(manager, undefined, async (session) => {
    await session.login('ann', { client: { device: 'phone' } })
    session.data['deep'] = { list: [1], bytes: new Uint8Array([1]) }
  })
  await request(manager, cookie, ({ data, info }) => {
    const deep = data['deep'] as { list: number[]; bytes: Uint8Array }
    deep.list.push(2)
    deep.bytes[0] = 9
    Object.assign(info?.client ?? {}, { device: 'poisoned' })
  })
  const { session } = await request(manager, cookie)
  expect(session.data).toEqual({ deep: { list: [1], bytes: new Uint8Array([1]) } })
  expect(session.info?.client).toEqual({ device: 'phone' })
})

test('nor by a codec that decodes into views of its input', async () => {
  const codec: Codec = {
    name: 'view',
    encode: (data) => Uint8Array.from((data as { bytes?: Uint8Array }).bytes ?? []),
    decode: (bytes) => ({ bytes }),
  }
  const { manager } = makeScene({ config: { codec } })
  const keep = (n: number) => request(manager, undefined, ({ data }) => (data['bytes'] = [n]))
  const { cookie } = await keep(1)
  const bytesOf = async () => (await request(manager, cookie)).session.data['bytes'] as Uint8Array
  for (let times = 0; times < 3; times++) {
    const bytes = await bytesOf()
    expect([...bytes]).toEqual([1])
    bytes[0] = 9
  }
})

test('a browser whose token was sealed or opened here costs no decryption', async () => {
  const unseal = vi.spyOn(nodeSealer, 'unseal')
  const [one, two] = [makeScene(), makeScene()]
  const { cookie } = await request(one.manager, undefined, (session) => session.login('ann'))
  for (let n = 0; n < 3; n++) await request(one.manager, cookie)
  expect(unseal).toHaveBeenCalledTimes(0)
  for (let n = 0; n < 3; n++)
    expect((await request(two.manager, cookie)).session.userId).toBe('ann')
  expect(unseal).toHaveBeenCalledTimes(1)
  unseal.mockRestore()
})
