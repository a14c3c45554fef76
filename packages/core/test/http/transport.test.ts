import { describe, expect, test } from 'vitest'
import { login, logout, rotate, setUp } from './requests.ts'

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
