import { createTestCarrier } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import { longTokenStore } from '../long-token-store.ts'
import { login, logout, rotate, setUp, ways } from './requests.ts'

describe.each(ways)('a token in $tokenIn', ({ tokenIn, vary, ask: asked, answer }) => {
  async function loggedIn(options: Partial<ConfigOptions> = {}) {
    const stage = setUp({ tokenIn, ...options })
    const { carrier } = await stage.ask({}, login)
    return { ...stage, token: carrier.responseHeaders.get(answer) ?? '', first: carrier }
  }

  test('is handed out in the response, which nobody caches, and no cookie leaves', async () => {
    const { token, first, ask } = await loggedIn()
    expect(token).toMatch(/^[\w.-]{110}$/)
    expect(first.setCookies).toEqual([])
    expect(first.responseHeaders.get('cache-control')).toBe('no-store')
    expect(first.responseHeaders.get('vary')).toBe(vary)
    const { session, carrier } = await ask({ headers: asked(token) })
    expect(session.userId).toBe('ada')
    expect([...carrier.responseHeaders.keys()]).toEqual(['vary'])
  })

  test('replaces a public Cache-Control, and keeps what Vary names', async () => {
    const { ask } = await loggedIn()
    const responseHeaders = { 'cache-control': 'private, no-cache', vary: 'Accept' }
    const { carrier } = await ask({ responseHeaders }, login)
    expect(carrier.responseHeaders.get('cache-control')).toBe('no-store')
    expect(carrier.responseHeaders.get('vary')).toBe(`Accept, ${vary}`)
  })

  test('is replaced by a rotation, and the old one opens nothing', async () => {
    const { token, ask } = await loggedIn()
    const { carrier } = await ask({ headers: asked(token) }, rotate)
    const next = carrier.responseHeaders.get(answer) ?? ''
    expect(next).not.toBe(token)
    expect((await ask({ headers: asked(next) })).session.userId).toBe('ada')
    expect((await ask({ headers: asked(token) })).session.ended).toBe('stale')
  })

  test('is answered by an empty header when its session ends, and only then', async () => {
    const { token, ask } = await loggedIn()
    const { carrier } = await ask({ headers: asked(token) }, logout)
    expect(carrier.responseHeaders.get(answer)).toBe('')
    expect(carrier.responseHeaders.get('cache-control')).toBe('no-store')
    const again = await ask({ headers: asked(token) }, logout)
    expect(again.carrier.responseHeaders.has(answer)).toBe(false)
  })

  test('is not looked for in a cookie, nor are several headers tried', async () => {
    const { token, ask, calls } = await loggedIn()
    calls.length = 0
    const cookie = `sid=${token}`
    const elsewhere = { 'x-session-id': token, authorization: token, 'session-token': token }
    const { session } = await ask({ cookie, headers: elsewhere })
    expect(session.isNew).toBe(true)
    expect(calls).toEqual([])
  })

  test('of age gets one successor, the same for parallel requests, and who ignores it stays in', async () => {
    const { token, ask, clock, manager } = await loggedIn()
    clock.now += 16 * 60_000
    const both = [
      createTestCarrier({ headers: asked(token) }),
      createTestCarrier({ headers: asked(token) }),
    ]
    const sessions = await Promise.all(both.map((carrier) => manager.load(carrier)))
    await Promise.all(both.map((carrier, n) => sessions[n] && manager.commit(sessions[n], carrier)))
    const [next, ...more] = both.flatMap((carrier) => carrier.responseHeaders.get(answer) ?? [])
    expect([next === undefined, more]).toEqual([false, []])
    for (let hour = 0; hour < 24; hour++) {
      clock.now += 3_600_000
      const { session, carrier } = await ask({ headers: asked(token) })
      expect(session.userId).toBe('ada')
      expect(carrier.responseHeaders.get(answer)).toBe(next)
    }
    clock.now += 60_000
    expect((await ask({ headers: asked(next ?? '') })).session.userId).toBe('ada')
    clock.now += 31_000
    expect((await ask({ headers: asked(token) })).session.ended).toBe('stale')
  })

  test('does not travel over plain HTTP, and a warning says what to set', async () => {
    const warnings: string[] = []
    const { ask } = setUp({ tokenIn, secure: true, warn: (text) => warnings.push(text) })
    const { carrier } = await ask({ secure: false }, login)
    expect(carrier.responseHeaders.has(answer)).toBe(false)
    expect(carrier.responseHeaders.has('cache-control')).toBe(false)
    expect(warnings.join()).toMatch(/token needs HTTPS .* plain HTTP.*trust proxy/)
  })

  test('is read where there is no response', async () => {
    const { token, manager } = await loggedIn()
    for (const headers of [asked(token), new Headers(asked(token))])
      expect((await manager.read(headers)).userId).toBe('ada')
  })

  test('is told from others of its header: each is verified, and different sessions are none', async () => {
    const { token, ask, told } = await loggedIn()
    const other = (await ask({}, login)).carrier.responseHeaders.get(answer) ?? ''
    const joined = (...tokens: string[]) => ({
      headers: {
        [vary.toLowerCase()]: tokens.map((one) => asked(one)[vary.toLowerCase()]).join(', '),
      },
    })
    expect((await ask(joined('rubbish', token))).session.userId).toBe('ada')
    expect((await ask(joined(token, other))).session.isNew).toBe(true)
    expect((await ask(joined(token, 'a', 'b', 'c', 'd'))).session.isNew).toBe(true)
    expect((await ask(joined('x'.repeat(17_000)))).session.isNew).toBe(true)
    expect(told).toEqual(['token ambiguous', 'token excessive', 'token excessive'])
  })

  test('may be longer than a cookie', async () => {
    const { token, ask } = await loggedIn({ store: longTokenStore() })
    const { carrier } = await ask({ headers: asked(token) }, (session) => {
      session.data['text'] = 'x'.repeat(5_000)
    })
    const long = carrier.responseHeaders.get(answer) ?? ''
    expect(long.length).toBeGreaterThan(10_000)
    expect((await ask({ headers: asked(long) })).session.userId).toBe('ada')
  })
})

describe('Authorization', () => {
  test('of another scheme is none of ours; the name of the scheme has no case', async () => {
    const { ask, told } = setUp({ tokenIn: 'bearer' })
    const token = (await ask({}, login)).carrier.responseHeaders.get('session-token') ?? ''
    for (const authorization of ['Basic YTpi', `Token ${token}`, `Bearer${token}`, token, ''])
      expect((await ask({ headers: { authorization } })).session.isNew).toBe(true)
    expect(told).toEqual([])
    for (const authorization of [`bearer ${token}`, `BEARER   ${token}`])
      expect((await ask({ headers: { authorization } })).session.userId).toBe('ada')
    expect((await ask({ headers: { authorization: 'Bearer rubbish' } })).session.isNew).toBe(true)
    expect(told).toEqual(['token malformed'])
  })
})
