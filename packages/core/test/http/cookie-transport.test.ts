import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import { longTokenStore } from '../long-token-store.ts'
import { testManager, visit } from '../support.ts'

const sizes = { one: 500, two: 2_500, three: 4_000, tooLarge: 9_000 }

function setUp(options: Partial<ConfigOptions> = {}) {
  const { manager } = testManager({ store: longTokenStore(3), ...options })
  const visitor = createVisitor(manager)
  const put = async (size: number) => {
    const { setCookies } = await visit(visitor, ({ data }) => {
      data['text'] = 'x'.repeat(size)
    })
    return setCookies
  }
  const look = async () => {
    const { session } = await visitor.begin()
    return session.isNew ? undefined : String(session.data['text']).length
  }
  const cookieNames = () => names(visitor.cookie?.split('; ') ?? [])
  return { visitor, put, look, cookieNames }
}

const names = (lines: readonly string[]) => lines.map((line) => line.split('=')[0])

describe('a session that is longer than one cookie', () => {
  test('travels in several, and is whole on the next request', async () => {
    const { cookieNames, put, look } = setUp()
    for (const [size, count] of [
      [sizes.one, 1],
      [sizes.two, 2],
      [sizes.three, 3],
    ] as const) {
      await put(size)
      expect(cookieNames()).toEqual(['sid', 'sid.1', 'sid.2'].slice(0, count))
      expect(await look()).toBe(size)
    }
  })

  test('clears the chunks that it no longer needs, with the attributes that they were sent with', async () => {
    const { cookieNames, put, look } = setUp({ path: '/app', sameSite: 'strict' })
    await put(sizes.three)
    const lines = await put(sizes.one)
    expect(names(lines)).toEqual(['sid', 'sid.1', 'sid.2'])
    for (const line of lines.slice(1))
      expect(line).toMatch(/^sid\.\d=; Path=\/app; HttpOnly; SameSite=Strict; Max-Age=0; /)
    expect(cookieNames()).toEqual(['sid'])
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
    const { visitor, put, look } = setUp()
    await put(sizes.one)
    const leaving = await visitor.begin()
    await put(sizes.three)
    await leaving.session.destroy()
    await leaving.finish()
    expect(names(leaving.setCookies)).toEqual(['sid', 'sid.1', 'sid.2'])
    expect(visitor.cookie).toBeUndefined()
    expect(await look()).toBeUndefined()
  })

  test('beyond all cookies fails the response before any line, and the browser keeps the old one', async () => {
    const { visitor, put, look } = setUp()
    await put(sizes.three)
    const before = visitor.cookie
    const { session, carrier, finish } = await visitor.begin()
    session.data['text'] = 'x'.repeat(sizes.tooLarge)
    await expect(finish()).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
    expect(carrier.setCookies).toEqual([])
    expect(carrier.responseHeaders.get('cache-control')).toBeUndefined()
    expect(visitor.cookie).toBe(before)
    expect(await look()).toBe(sizes.three)
  })

  test('has one line of a name where a response is committed twice', async () => {
    const { visitor, look } = setUp()
    const { session, setCookies, finish } = await visitor.begin()
    for (const size of [sizes.three, sizes.two, sizes.one, sizes.two]) {
      session.data['text'] = 'x'.repeat(size)
      await finish()
    }
    expect(names(setCookies)).toEqual(['sid', 'sid.1'])
    expect(await look()).toBe(sizes.two)
  })

  test('that was not written sends nothing', async () => {
    const { visitor, put } = setUp()
    await put(sizes.three)
    const { setCookies } = await visit(visitor, ({ data }) => {
      expect(data['text']).toHaveLength(sizes.three)
    })
    expect(setCookies).toEqual([])
  })
})

describe('a store', () => {
  test('that asks for one cookie gets one, and never hears of chunks', async () => {
    const { visitor, put, look } = setUp({ store: longTokenStore() })
    await put(sizes.one)
    visitor.cookie += '; sid.1=left-by-something-else'
    expect(names(await put(sizes.one + 1))).toEqual(['sid'])
    expect(await look()).toBe(sizes.one + 1)
    await expect(put(sizes.three)).rejects.toMatchObject({ code: 'ERR_SESSION_TOO_LARGE' })
  })
})
