import { createTestCarrier } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import {
  readTokens,
  type TokenTransport,
  transportsToClear,
  transportToSend,
} from '../../src/http/transport.ts'
import { login, logout, rotate, setUp } from './requests.ts'

describe('several ways at once', () => {
  const both = { tokenIn: ['cookie', 'bearer'] } as const
  const bearer = (token = '') => ({ authorization: `Bearer ${token}` })
  const tokenOf = ({ carrier }: { carrier: { responseHeaders: Map<string, string> } }) =>
    carrier.responseHeaders.get('session-token')

  test('answer a new visitor in the first, or in the header that they send empty', async () => {
    const { ask } = setUp(both)
    const browser = await ask({}, login)
    expect([browser.cookie?.slice(0, 4), tokenOf(browser)]).toEqual(['sid=', undefined])
    const phone = await ask({ headers: bearer() }, login)
    expect([phone.cookie, tokenOf(phone)?.length]).toEqual([undefined, 110])
    expect(phone.carrier.responseHeaders.get('vary')).toBe('Cookie, Authorization')
    const reversed = await setUp({ tokenIn: ['bearer', 'cookie'] }).ask({}, login)
    expect([reversed.cookie, tokenOf(reversed)?.length]).toEqual([undefined, 110])
  })

  test('answer a request the way it came', async () => {
    const { ask } = setUp(both)
    const { cookie } = await ask({}, login)
    const turned = await ask({ cookie }, rotate)
    expect([turned.cookie === undefined, tokenOf(turned)]).toEqual([false, undefined])
    const token = tokenOf(await ask({ headers: bearer() }, login))
    const next = await ask({ headers: bearer(token) }, rotate)
    expect([next.cookie, tokenOf(next) === undefined]).toEqual([undefined, false])
  })

  test.each([[['cookie', 'bearer']], [['bearer', 'cookie']]] as const)(
    'never show a script the token of a cookie, whatever header it adds: %j',
    async (tokenIn) => {
      const { ask, clock } = setUp({ tokenIn })
      const { cookie } = await ask({ headers: {}, cookie: 'sid=rubbish' }, login)
      const token = cookie?.slice('sid='.length)
      for (const headers of [bearer(), bearer('rubbish'), bearer(token)]) {
        clock.now += 16 * 60_000
        const { carrier } = await ask({ cookie, headers })
        expect(tokenOf({ carrier })).toBeUndefined()
        expect(carrier.setCookies).toHaveLength(1)
      }
    },
  )

  test('with one session in both are that session; with two they are none', async () => {
    const { ask, told } = setUp(both)
    const { cookie } = await ask({}, login)
    const mine = cookie?.slice('sid='.length)
    expect((await ask({ cookie, headers: bearer(mine) })).session.userId).toBe('ada')
    const theirs = tokenOf(await ask({ headers: bearer() }, login))
    expect((await ask({ cookie, headers: bearer(theirs) })).session.isNew).toBe(true)
    expect(told).toEqual(['token ambiguous'])
    const many = ['a', 'b', 'c'].map((value) => `sid=${value}`).join('; ')
    expect((await ask({ cookie: many, headers: bearer('d') })).session.isNew).toBe(true)
    expect(
      (await ask({ cookie: many, headers: { authorization: 'Bearer d, Bearer e' } })).session.isNew,
    ).toBe(true)
    expect(told.slice(1)).toEqual(['token malformed', 'token excessive'])
  })

  test('are told of a logout in each way that was used', async () => {
    const { ask } = setUp(both)
    const { cookie } = await ask({}, login)
    const { carrier } = await ask({ cookie, headers: bearer(cookie?.slice('sid='.length)) }, logout)
    expect(carrier.setCookies.join()).toMatch(/^sid=; .*Max-Age=0/)
    expect(tokenOf({ carrier })).toBe('')
  })
})

/** A transport whose `read` returns `tokens`. */
function transport(
  header: string,
  tokens: readonly string[] | 'excessive' | undefined,
): TokenTransport {
  return {
    header,
    caching: 'no-store',
    read: () => (typeof tokens === 'object' ? { tokens, offers: [] } : tokens),
    send: () => undefined,
    clear: () => undefined,
  }
}

describe('the transports of a request', () => {
  const request = createTestCarrier({})
  const cookie = transport('Cookie', ['a', 'b'])
  const bearer = transport('Authorization', ['b', 'c'])
  const empty = transport('X-Token', [])
  const unused = transport('X-Other', undefined)

  test('are read together, each token once', () => {
    expect(readTokens([cookie], request)).toEqual({ tokens: ['a', 'b'], offers: [] })
    expect(readTokens([unused], request)).toEqual({ tokens: [], offers: [] })
    expect(readTokens([unused, empty, cookie, bearer], request)).toMatchObject({
      tokens: ['a', 'b', 'c'],
    })
  })

  test('are beyond the bounds where one is, or where all together have five tokens', () => {
    const excessive = transport('X-Token', 'excessive')
    expect(readTokens([excessive], request)).toBe('excessive')
    expect(readTokens([cookie, excessive], request)).toBe('excessive')
    expect(readTokens([cookie, transport('X-Token', ['c', 'd'])], request)).toMatchObject({
      tokens: ['a', 'b', 'c', 'd'],
    })
    expect(readTokens([cookie, transport('X-Token', ['c', 'd', 'e'])], request)).toBe('excessive')
  })

  test('send by the cookie if it was used, else by the first that was, else by the first', () => {
    expect(transportToSend([unused], request)).toBe(unused)
    expect(transportToSend([bearer, empty, cookie], request)).toBe(cookie)
    expect(transportToSend([unused, empty, bearer], request)).toBe(empty)
    expect(transportToSend([unused, transport('Cookie', undefined)], request)).toBe(unused)
  })

  test('clear the token in each that was used, else in the first', () => {
    expect(transportsToClear([bearer, unused, cookie], request)).toEqual([bearer, cookie])
    expect(transportsToClear([unused, transport('Cookie', undefined)], request)).toEqual([unused])
  })
})
