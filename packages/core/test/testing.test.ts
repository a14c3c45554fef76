import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { ConfigOptions } from '../src/options/options.ts'
import { logIn } from '../src/testing.ts'
import { longTokenStore } from './long-token-store.ts'
import { testManager } from './support.ts'

const header = { header: 'X-Session-Token' }
const over = (options: Partial<ConfigOptions> = {}) => testManager(options).manager

const t0 = Date.UTC(2030, 0, 1)
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: t0 }))
afterEach(() => void vi.useRealTimers())

describe('logIn', () => {
  test('answers the cookie of a session that the manager knows, made by one write', async () => {
    const { manager, calls } = testManager()
    const options = { data: { cart: ['tea'] }, client: { name: 'Test' }, maxAge: '5m' } as const
    const ada = await logIn(manager, 'ada', options)
    expect(calls).toEqual(['insert'])
    expect(ada.cookie).toMatch(/^sid=[\w.-]{110}$/)
    expect(ada.headers).toEqual({ cookie: ada.cookie })
    const session = await manager.read(ada.headers)
    expect([session.id, session.userId, session.data]).toEqual([ada.id, 'ada', { cart: ['tea'] }])
    expect(session.info?.client).toEqual({ name: 'Test' })
    expect((await manager.sessions('ada')).map(({ id }) => id)).toEqual([ada.id])
    await manager.revoke(ada.id)
    expect((await manager.read(ada.headers)).ended).toBe('revoked')
  })

  test.each([
    ['bearer', { tokenIn: 'bearer' }, {}, 'authorization'],
    ['a header', { tokenIn: header }, {}, 'x-session-token'],
    ['the first of several', { tokenIn: ['cookie', header] }, {}, 'cookie'],
    [
      'the one asked for',
      { tokenIn: ['cookie', 'bearer'] },
      { tokenIn: 'bearer' },
      'authorization',
    ],
    ['a header asked for', { tokenIn: ['cookie', header] }, { tokenIn: header }, 'x-session-token'],
    ['a Secure cookie', { secure: true, cookieName: '__Host-sid' }, {}, 'cookie'],
    [
      'several cookies',
      { store: longTokenStore(3) },
      { data: { text: 'x'.repeat(3_500) } },
      'cookie',
    ],
  ] as const)('carries the token in %s', async (_title, options, how, name) => {
    const manager = over(options)
    const ada = await logIn(manager, 'ada', how)
    expect(Object.keys(ada.headers)).toEqual([name])
    expect(ada.cookie === '').toBe(name !== 'cookie')
    expect((await manager.read(ada.headers)).userId).toBe('ada')
  })

  test('answers the cookies as a browser of Playwright takes them', async () => {
    const given = { secure: true, cookieName: '__Host-sid', sameSite: 'strict' } as const
    const ada = await logIn(over(given), 'ada', { persistent: false })
    expect(ada.cookies('https://localhost:3000/shop?x')).toEqual([
      {
        name: '__Host-sid',
        value: ada.cookie.slice('__Host-sid='.length),
        domain: 'localhost',
        path: '/',
        expires: -1,
        httpOnly: true,
        secure: true,
        sameSite: 'Strict',
      },
    ])
    const wide = await logIn(over({ domain: 'example.com', path: '/app' }), 'ada')
    const [cookie] = wide.cookies('http://www.example.com')
    expect(cookie).toMatchObject({ domain: '.example.com', path: '/app', secure: false })
    expect(cookie?.expires).toBe(t0 / 1000 + 30 * 86_400)
    const long = await logIn(over({ store: longTokenStore(3) }), 'ada', {
      data: { text: 'x'.repeat(3_500) },
    })
    expect(long.cookies('http://localhost').map(({ name }) => name)).toEqual([
      'sid',
      'sid.1',
      'sid.2',
    ])
    expect((await logIn(over({ tokenIn: 'bearer' }), 'ada')).cookies('http://localhost')).toEqual(
      [],
    )
  })

  test('refuses what a login refuses, and a way that the manager does not have', async () => {
    const invalid = { code: 'ERR_CONFIG_INVALID' }
    await expect(logIn(over(), '')).rejects.toMatchObject(invalid)
    await expect(logIn(over(), 'ada', { maxAge: '0s' })).rejects.toMatchObject(invalid)
    await expect(logIn(over(), 'ada', { tokenIn: 'bearer' })).rejects.toMatchObject(invalid)
    const bearer = over({ tokenIn: 'bearer' })
    await expect(logIn(bearer, 'ada', { tokenIn: 'cookie' })).rejects.toMatchObject(invalid)
  })
})
