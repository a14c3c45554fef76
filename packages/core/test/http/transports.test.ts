import { describe, expect, test } from 'vitest'
import type { ConfigOptions } from '../../src/options/options.ts'
import type { Session } from '../../src/session/session.ts'
import { longTokenStore } from '../long-token-store.ts'
import { counted, managerOver, mapBackend, type TestData, testCarrier } from '../support.ts'

type Asked = Record<string, string>
type Handle = (session: Session<TestData>) => unknown

const login: Handle = (session) => session.login('ada')
const logout: Handle = (session) => session.destroy()
const rotate: Handle = (session) => session.rotate()
const who: Handle = (session) => session.userId
const header = { header: 'X-Session-Token' }

/** Every way to ask with a token and to find the next one. */
const ways = [
  {
    tokenIn: 'bearer',
    vary: 'Authorization',
    ask: (token: string): Asked => ({ authorization: `Bearer ${token}` }),
    answer: 'session-token',
  },
  {
    tokenIn: header,
    vary: 'X-Session-Token',
    ask: (token: string): Asked => ({ 'x-session-token': token }),
    answer: 'x-session-token',
  },
] as const

function setUp(options: Partial<ConfigOptions>) {
  const { backend, calls } = counted(mapBackend())
  const { manager, clock } = managerOver(backend, options)
  const told: string[] = []
  manager.on('discarded', ({ what, why }) => told.push(`${what} ${why}`))
  const ask = async (use: Parameters<typeof testCarrier>[0], handle: Handle = who) => {
    const carrier = testCarrier(use)
    const session = await manager.load(carrier)
    await handle(session)
    await manager.commit(session, carrier)
    return { session, carrier, cookie: carrier.setCookies[0]?.split(';')[0] }
  }
  return { manager, clock, calls, told, ask }
}

describe.each(ways)('a token in $tokenIn', ({ tokenIn, vary, ask: asked, answer }) => {
  async function loggedIn(options: Partial<ConfigOptions> = {}) {
    const stage = setUp({ tokenIn, ...options })
    const { carrier } = await stage.ask({}, login)
    return { ...stage, token: carrier.headers.get(answer) ?? '', first: carrier }
  }

  test('is handed out in the response, which nobody caches, and no cookie leaves', async () => {
    const { token, first, ask } = await loggedIn()
    expect(token).toMatch(/^[\w.-]{105}$/)
    expect(first.setCookies).toEqual([])
    expect(first.headers.get('cache-control')).toBe('no-store')
    expect(first.headers.get('vary')).toBe(vary)
    const { session, carrier } = await ask({ asked: asked(token) })
    expect(session.userId).toBe('ada')
    expect([...carrier.headers.keys()]).toEqual(['vary'])
  })

  test('replaces a public Cache-Control, and keeps what Vary names', async () => {
    const { ask } = await loggedIn()
    const headers = { 'cache-control': 'private, no-cache', vary: 'Accept' }
    const { carrier } = await ask({ headers }, login)
    expect(carrier.headers.get('cache-control')).toBe('no-store')
    expect(carrier.headers.get('vary')).toBe(`Accept, ${vary}`)
  })

  test('is replaced by a rotation, and the old one opens nothing', async () => {
    const { token, ask } = await loggedIn()
    const { carrier } = await ask({ asked: asked(token) }, rotate)
    const next = carrier.headers.get(answer) ?? ''
    expect(next).not.toBe(token)
    expect((await ask({ asked: asked(next) })).session.userId).toBe('ada')
    expect((await ask({ asked: asked(token) })).session.ended).toBe('stale')
  })

  test('is answered by an empty header when its session ends, and only then', async () => {
    const { token, ask } = await loggedIn()
    const { carrier } = await ask({ asked: asked(token) }, logout)
    expect(carrier.headers.get(answer)).toBe('')
    expect(carrier.headers.get('cache-control')).toBe('no-store')
    const again = await ask({ asked: asked(token) }, logout)
    expect(again.carrier.headers.has(answer)).toBe(false)
  })

  test('is not looked for in a cookie, nor are several headers tried', async () => {
    const { token, ask, calls } = await loggedIn()
    calls.length = 0
    const cookie = `sid=${token}`
    const elsewhere = { 'x-session-id': token, authorization: token, 'session-token': token }
    const { session } = await ask({ cookie, asked: elsewhere })
    expect(session.isNew).toBe(true)
    expect(calls).toEqual([])
  })

  test('of age gets one successor, the same for parallel requests, and who ignores it stays in', async () => {
    const { token, ask, clock, manager } = await loggedIn()
    clock.now += 16 * 60_000
    const both = [testCarrier({ asked: asked(token) }), testCarrier({ asked: asked(token) })]
    const sessions = await Promise.all(both.map((carrier) => manager.load(carrier)))
    await Promise.all(both.map((carrier, n) => sessions[n] && manager.commit(sessions[n], carrier)))
    const [next, ...more] = both.flatMap((carrier) => carrier.headers.get(answer) ?? [])
    expect([next === undefined, more]).toEqual([false, []])
    for (let hour = 0; hour < 24; hour++) {
      clock.now += 3_600_000
      const { session, carrier } = await ask({ asked: asked(token) })
      expect(session.userId).toBe('ada')
      expect(carrier.headers.get(answer)).toBe(next)
    }
    clock.now += 60_000
    expect((await ask({ asked: asked(next ?? '') })).session.userId).toBe('ada')
    clock.now += 31_000
    expect((await ask({ asked: asked(token) })).session.ended).toBe('stale')
  })

  test('does not travel over plain HTTP, and a warning says what to set', async () => {
    const warnings: string[] = []
    const { ask } = setUp({ tokenIn, secure: true, warn: (text) => warnings.push(text) })
    const { carrier } = await ask({ secure: false }, login)
    expect(carrier.headers.has(answer)).toBe(false)
    expect(carrier.headers.has('cache-control')).toBe(false)
    expect(warnings.join()).toMatch(/token needs HTTPS .* plain HTTP.*trust proxy/)
  })

  test('is read where there is no response', async () => {
    const { token, manager } = await loggedIn()
    for (const headers of [asked(token), new Headers(asked(token))])
      expect((await manager.read(headers)).userId).toBe('ada')
  })

  test('is told from others of its header: each is verified, and different sessions are none', async () => {
    const { token, ask, told } = await loggedIn()
    const other = (await ask({}, login)).carrier.headers.get(answer) ?? ''
    const joined = (...tokens: string[]) => ({
      asked: {
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
    const { carrier } = await ask({ asked: asked(token) }, (session) => {
      session.data['text'] = 'x'.repeat(5_000)
    })
    const long = carrier.headers.get(answer) ?? ''
    expect(long.length).toBeGreaterThan(10_000)
    expect((await ask({ asked: asked(long) })).session.userId).toBe('ada')
  })
})

describe('Authorization', () => {
  test('of another scheme is none of ours; the name of the scheme has no case', async () => {
    const { ask, told } = setUp({ tokenIn: 'bearer' })
    const token = (await ask({}, login)).carrier.headers.get('session-token') ?? ''
    for (const authorization of ['Basic YTpi', `Token ${token}`, `Bearer${token}`, token, ''])
      expect((await ask({ asked: { authorization } })).session.isNew).toBe(true)
    expect(told).toEqual([])
    for (const authorization of [`bearer ${token}`, `BEARER   ${token}`])
      expect((await ask({ asked: { authorization } })).session.userId).toBe('ada')
    expect((await ask({ asked: { authorization: 'Bearer rubbish' } })).session.isNew).toBe(true)
    expect(told).toEqual(['token malformed'])
  })
})

describe('by default', () => {
  test('a token is looked for in the cookie alone (B-13)', async () => {
    const { ask, calls } = setUp({})
    const token = (await ask({}, login)).cookie?.slice('sid='.length) ?? ''
    calls.length = 0
    for (const asked of [
      ...ways.map(({ ask }) => ask(token)),
      { sid: token, 'session-token': token },
    ])
      expect((await ask({ asked })).session.isNew).toBe(true)
    expect(calls).toEqual([])
  })
})

describe('several ways at once', () => {
  const both = { tokenIn: ['cookie', 'bearer'] } as const
  const bearer = (token = '') => ({ authorization: `Bearer ${token}` })
  const tokenOf = ({ carrier }: { carrier: { headers: Map<string, string> } }) =>
    carrier.headers.get('session-token')

  test('answer a new visitor in the first, or in the header that they send empty', async () => {
    const { ask } = setUp(both)
    const browser = await ask({}, login)
    expect([browser.cookie?.slice(0, 4), tokenOf(browser)]).toEqual(['sid=', undefined])
    const phone = await ask({ asked: bearer() }, login)
    expect([phone.cookie, tokenOf(phone)?.length]).toEqual([undefined, 105])
    expect(phone.carrier.headers.get('vary')).toBe('Cookie, Authorization')
    const reversed = await setUp({ tokenIn: ['bearer', 'cookie'] }).ask({}, login)
    expect([reversed.cookie, tokenOf(reversed)?.length]).toEqual([undefined, 105])
  })

  test('answer a request the way it came', async () => {
    const { ask } = setUp(both)
    const { cookie } = await ask({}, login)
    const turned = await ask({ cookie }, rotate)
    expect([turned.cookie === undefined, tokenOf(turned)]).toEqual([false, undefined])
    const token = tokenOf(await ask({ asked: bearer() }, login))
    const next = await ask({ asked: bearer(token) }, rotate)
    expect([next.cookie, tokenOf(next) === undefined]).toEqual([undefined, false])
  })

  test.each([[['cookie', 'bearer']], [['bearer', 'cookie']]] as const)(
    'never show a script the token of a cookie, whatever header it adds: %j',
    async (tokenIn) => {
      const { ask, clock } = setUp({ tokenIn })
      const { cookie } = await ask({ asked: {}, cookie: 'sid=rubbish' }, login)
      const token = cookie?.slice('sid='.length)
      for (const asked of [bearer(), bearer('rubbish'), bearer(token)]) {
        clock.now += 16 * 60_000
        const { carrier } = await ask({ cookie, asked })
        expect(tokenOf({ carrier })).toBeUndefined()
        expect(carrier.setCookies).toHaveLength(1)
      }
    },
  )

  test('with one session in both are that session; with two they are none', async () => {
    const { ask, told } = setUp(both)
    const { cookie } = await ask({}, login)
    const mine = cookie?.slice('sid='.length)
    expect((await ask({ cookie, asked: bearer(mine) })).session.userId).toBe('ada')
    const theirs = tokenOf(await ask({ asked: bearer() }, login))
    expect((await ask({ cookie, asked: bearer(theirs) })).session.isNew).toBe(true)
    expect(told).toEqual(['token ambiguous'])
    const many = ['a', 'b', 'c'].map((value) => `sid=${value}`).join('; ')
    expect((await ask({ cookie: many, asked: bearer('d') })).session.isNew).toBe(true)
    expect(
      (await ask({ cookie: many, asked: { authorization: 'Bearer d, Bearer e' } })).session.isNew,
    ).toBe(true)
    expect(told.slice(1)).toEqual(['token malformed', 'token excessive'])
  })

  test('are told of a logout in each way that was used', async () => {
    const { ask } = setUp(both)
    const { cookie } = await ask({}, login)
    const { carrier } = await ask({ cookie, asked: bearer(cookie?.slice('sid='.length)) }, logout)
    expect(carrier.setCookies.join()).toMatch(/^sid=; .*Max-Age=0/)
    expect(tokenOf({ carrier })).toBe('')
  })
})

describe('tokenIn is refused', () => {
  test.each<[string, unknown, RegExp]>([
    ['an empty list', [], /names no way/],
    ['another word', 'query', /holds query/],
    ['nothing', null, /holds null/],
    ['a URL', { query: 'sid' }, /holds/],
    ['a header that is no text', { header: 7 }, /holds/],
    ['one way twice', ['bearer', 'bearer'], /twice/],
    ['one header twice', [{ header: 'X-Token' }, { header: 'x-token' }], /twice/],
    ['the header that answers bearer beside it', ['bearer', { header: 'session-token' }], /twice/],
    ...['', 'a b', 'a:b', 'a\r\nb', 'ä', 'x'.repeat(65)].map((name): [string, unknown, RegExp] => [
      `the header ${JSON.stringify(name.slice(0, 9))}`,
      { header: name },
      /not the name of one/,
    ]),
    ...[
      'Cookie',
      'Set-Cookie',
      'Host',
      'Authorization',
      'Content-Length',
      'Sec-WebSocket-Protocol',
    ].map((name): [string, unknown, RegExp] => [name, { header: name }, /means something in HTTP/]),
    ...[
      'Transfer-Encoding',
      'X-Forwarded-For',
      'Vary',
      'Location',
      'Access-Control-Allow-Origin',
    ].map((name): [string, unknown, RegExp] => [name, { header: name }, /means something in HTTP/]),
  ])('for %s', (_title, tokenIn, message) => {
    const make = () => managerOver(mapBackend(), { tokenIn: tokenIn as never })
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(message)
  })

  test('for nothing that a client may reasonably want', () => {
    for (const name of ['X-Session-Token', 'x-auth', 'Token'])
      expect(managerOver(mapBackend(), { tokenIn: { header: name } }).manager.tokenIn).toEqual([
        { header: name },
      ])
    expect(managerOver(mapBackend()).manager.tokenIn).toEqual(['cookie'])
  })
})
