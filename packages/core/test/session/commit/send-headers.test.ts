import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionOptions } from '../../../src/options/options.ts'
import { testManager, visit } from '../../support.ts'

describe('headers', () => {
  test('say Vary: Cookie whenever the session was consulted, beside what is there', async () => {
    const { manager } = testManager()
    const vary = async (given: Record<string, string>, isConsulted: boolean) => {
      const carrier = createTestCarrier({ responseHeaders: given })
      const session = await manager.load(carrier)
      if (isConsulted) expect('data' in session).toBe(true)
      if (isConsulted) expect(session.userId).toBeUndefined()
      await manager.commit(session, carrier)
      return carrier.responseHeaders.get('vary')
    }
    expect(await vary({}, false)).toBeUndefined()
    expect(await vary({}, true)).toBe('Cookie')
    expect(await vary({ vary: 'Accept-Encoding' }, true)).toBe('Accept-Encoding, Cookie')
    expect(await vary({ vary: 'accept, COOKIE' }, true)).toBe('accept, COOKIE')
    expect(await vary({ vary: '*' }, true)).toBe('*')
  })

  test('are told to the carrier when the session is first used, and no earlier', async () => {
    const { manager } = testManager()
    const told: unknown[] = []
    const carrier = Object.assign(createTestCarrier(), {
      consulted: (headers: readonly string[]) => void told.push(headers),
    })
    const session = await manager.load(carrier)
    expect(told).toEqual([])
    expect([session.userId, session.isNew, session.data]).toEqual([undefined, true, {}])
    expect(told).toEqual([['Cookie']])
    await manager.commit(session, carrier)
    expect([carrier.responseHeaders.get('vary'), told.length]).toEqual(['Cookie', 1])
  })

  test.each([
    [undefined, 'private, no-cache'],
    ['public, max-age=3600', 'private, no-cache'],
    ['private', 'private, no-cache'],
    ['no-store', 'no-store'],
    ['no-cache, Private, max-age=0', 'no-cache, Private, max-age=0'],
  ])('with a cookie turn Cache-Control %s into %s', async (given, sent) => {
    const { manager } = testManager()
    const carrier = createTestCarrier({
      responseHeaders: given === undefined ? {} : { 'cache-control': given },
    })
    const session = await manager.load(carrier)
    session.data['a'] = 1
    await manager.commit(session, carrier)
    expect(carrier.responseHeaders.get('cache-control')).toBe(sent)
  })

  test('over plain HTTP carry no Secure cookie; nothing is kept, and one warning says what to set', async () => {
    const warn = vi.fn()
    const { manager, calls } = testManager({ warn, secure: true, cookieName: '__Host-sid' })
    for (const _ of [1, 2]) {
      const carrier = createTestCarrier({ secure: false })
      const session = await manager.load(carrier)
      session.data['a'] = 1
      await manager.commit(session, carrier)
      expect(carrier.setCookies).toEqual([])
    }
    expect(calls).toEqual([])
    expect(warn.mock.calls.flat().join()).toMatch(/trust proxy/)
    expect(warn).toHaveBeenCalledTimes(1)
  })

  const host = 'shop.example'
  test.each<[string, boolean, Record<string, string>, Partial<SessionOptions>, number]>([
    ['over HTTPS', true, { host }, {}, 1],
    ['behind a proxy that ends TLS', false, { host, 'x-forwarded-proto': 'https' }, {}, 1],
    ['behind two proxies', false, { host, 'x-forwarded-proto': 'HTTPS, http' }, {}, 1],
    ['over plain HTTP', false, { host }, {}, 0],
    ['behind a proxy without TLS', false, { host, 'x-forwarded-proto': 'http' }, {}, 0],
    ['over HTTPS on this machine', true, { host: 'localhost:3000' }, {}, 0],
    ['over HTTPS on this machine by address', true, { host: '[::1]:3000' }, {}, 0],
    ['in a test without a host', true, {}, {}, 0],
    ['over HTTPS, made Secure', true, { host }, { secure: true }, 0],
    ['over HTTPS, in production', true, { host }, { development: false }, 0],
  ])('of a configuration for development, %s', async (_, secure, headers, options, times) => {
    const warn = vi.fn()
    const { manager } = testManager({ warn, ...options })
    for (const _ of [1, 2]) {
      const carrier = createTestCarrier({ secure, headers })
      const session = await manager.load(carrier)
      session.data['a'] = 1
      await manager.commit(session, carrier)
      expect(carrier.setCookies).toHaveLength(1)
    }
    expect(warn).toHaveBeenCalledTimes(times) // once at most
    if (times > 0) expect(warn).toHaveBeenCalledWith(expect.stringMatching(/NODE_ENV=production/))
  })
})

test('remember me is other numbers: a login that is not persistent has a cookie without Max-Age', async () => {
  const { manager } = testManager()
  const short = await visit(createVisitor(manager), (session) =>
    session.login('u', { persistent: false }),
  )
  expect(short.carrier.setCookies.join()).not.toMatch(/Max-Age/)
  const long = await visit(createVisitor(manager), (session) =>
    session.login('u', { absoluteTimeout: '90d' }),
  )
  expect(long.carrier.setCookies.join()).toMatch(/Max-Age=7776000$/)
})

test('a response with a token is kept out of caches that have a header of their own (RFC 9213)', async () => {
  const { manager } = testManager()
  const responseHeaders = { 'Cloudflare-CDN-Cache-Control': 'max-age=60', 'Surrogate-Control': '' }
  const headersOf = async (use: (session: { data: Record<string, unknown> }) => unknown) => {
    const carrier = createTestCarrier({ responseHeaders })
    const session = await manager.load(carrier)
    use(session)
    await manager.commit(session, carrier)
    return Object.fromEntries(carrier.responseHeaders)
  }
  expect(await headersOf((session) => Object.assign(session.data, { n: 1 }))).toEqual({
    vary: 'Cookie',
    'cache-control': 'private, no-cache',
    'cloudflare-cdn-cache-control': 'no-store',
    'surrogate-control': 'no-store',
  })
  expect(await headersOf((session) => session.data)).toEqual({
    vary: 'Cookie',
    'cloudflare-cdn-cache-control': 'max-age=60',
    'surrogate-control': '',
  })
})

test('a commit after the head was emptied says the token once more', async () => {
  const { manager } = testManager()
  const { session, carrier, finish } = await createVisitor(manager).begin()
  session.data['n'] = 1
  await finish()
  const [line = ''] = carrier.setCookies
  carrier.withdraw?.('Set-Cookie', line)
  carrier.responseHeaders.clear()
  await finish()
  expect(carrier.setCookies).toEqual([line])
  expect(carrier.responseHeaders.get('cache-control')).toBe('private, no-cache')
})
