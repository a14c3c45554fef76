import { describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import { longTokenStore } from '../long-token-store.ts'
import { managerOver, mapBackend, testCarrier } from '../support.ts'

const sizes = { one: 500, two: 2_500, three: 4_000, tooLarge: 9_000 }

function setUp(options: Partial<ConfigOptions> = {}) {
  const { manager } = managerOver(mapBackend(), { store: longTokenStore(3), ...options })
  const jar = new Map<string, string>()
  const keep = (lines: readonly string[]) => {
    for (const line of lines) {
      const [pair = ''] = line.split(';')
      const name = pair.slice(0, pair.indexOf('='))
      if (/Max-Age=0/.test(line)) jar.delete(name)
      else jar.set(name, pair)
    }
  }
  const carrier = () => testCarrier({ cookie: [...jar.values()].join('; ') || undefined })
  const put = async (size: number, use = carrier()) => {
    const session = await manager.load(use)
    session.data['text'] = 'x'.repeat(size)
    await manager.commit(session, use)
    keep(use.setCookies)
    return use.setCookies
  }
  const look = async () => {
    const session = await manager.load(carrier())
    return session.isNew ? undefined : String(session.data['text']).length
  }
  return { manager, jar, carrier, put, look, keep }
}

const names = (lines: readonly string[]) => lines.map((line) => line.split('=')[0])

describe('a session that is longer than one cookie', () => {
  test('travels in several, and is whole on the next request', async () => {
    const { jar, put, look } = setUp()
    for (const [size, count] of [
      [sizes.one, 1],
      [sizes.two, 2],
      [sizes.three, 3],
    ] as const) {
      await put(size)
      expect([...jar.keys()]).toEqual(['sid', 'sid.1', 'sid.2'].slice(0, count))
      expect(await look()).toBe(size)
    }
  })

  test('clears the chunks that it no longer needs, with the attributes that they were sent with', async () => {
    const { jar, put, look } = setUp({ path: '/app', sameSite: 'strict' })
    await put(sizes.three)
    const lines = await put(sizes.one)
    expect(names(lines)).toEqual(['sid', 'sid.1', 'sid.2'])
    for (const line of lines.slice(1))
      expect(line).toMatch(/^sid\.\d=; Path=\/app; HttpOnly; SameSite=Strict; Max-Age=0; /)
    expect([...jar.keys()]).toEqual(['sid'])
    expect(await look()).toBe(sizes.one)
    expect(names(await put(sizes.one - 1))).toEqual(['sid'])
  })

  test('sends each chunk with all attributes of the cookie', async () => {
    const { put } = setUp({ path: '/app', persistent: true })
    const tails = (await put(sizes.three)).map((line) => line.slice(line.indexOf(';')))
    expect(new Set(tails).size).toBe(1)
    expect(tails[0]).toMatch(/^; Path=\/app; HttpOnly; SameSite=Lax; Max-Age=\d+$/)
  })

  test('leaves the jar empty when it ends, also of chunks that a parallel request added', async () => {
    const { manager, jar, put, carrier, keep, look } = setUp()
    await put(sizes.one)
    const leaving = carrier()
    const session = await manager.load(leaving)
    await put(sizes.three)
    await session.destroy()
    await manager.commit(session, leaving)
    keep(leaving.setCookies)
    expect(names(leaving.setCookies)).toEqual(['sid', 'sid.1', 'sid.2'])
    expect([...jar.keys()]).toEqual([])
    expect(await look()).toBeUndefined()
  })

  test('beyond all cookies fails the response before any line, and the browser keeps the old one', async () => {
    const { jar, put, look } = setUp()
    await put(sizes.three)
    const before = [...jar]
    const use = testCarrier({ cookie: [...jar.values()].join('; ') })
    await expect(put(sizes.tooLarge, use)).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
    expect(use.setCookies).toEqual([])
    expect(use.headers.get('cache-control')).toBeUndefined()
    expect([...jar]).toEqual(before)
    expect(await look()).toBe(sizes.three)
  })

  test('has one line of a name where a response is committed twice', async () => {
    const { manager, carrier, keep, look } = setUp()
    const use = carrier()
    const session = await manager.load(use)
    for (const size of [sizes.three, sizes.two, sizes.one, sizes.two]) {
      session.data['text'] = 'x'.repeat(size)
      await manager.commit(session, use)
    }
    expect(names(use.setCookies)).toEqual(['sid', 'sid.1'])
    keep(use.setCookies)
    expect(await look()).toBe(sizes.two)
  })

  test('that was not written sends nothing', async () => {
    const { manager, put, carrier } = setUp()
    await put(sizes.three)
    const use = carrier()
    const session = await manager.load(use)
    expect(session.data['text']).toHaveLength(sizes.three)
    await manager.commit(session, use)
    expect(use.setCookies).toEqual([])
  })
})

describe('a store', () => {
  test('that asks for one cookie gets one, and never hears of chunks', async () => {
    const { put, look, jar } = setUp({ store: longTokenStore() })
    await put(sizes.one)
    jar.set('sid.1', 'sid.1=left-by-something-else')
    expect(names(await put(sizes.one + 1))).toEqual(['sid'])
    expect(await look()).toBe(sizes.one + 1)
    await expect(put(sizes.three)).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
  })
})
