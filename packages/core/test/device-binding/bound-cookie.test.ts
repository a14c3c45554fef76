import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { BoundCookies } from '../../src/device-binding/bound-cookie.ts'
import { requestCarrier } from '../../src/http/carrier.ts'
import { createCookieWriter } from '../../src/http/cookie.ts'
import { createKeyring } from '../../src/record/keyring.ts'
import { minute, t0 } from '../contexts.ts'

const cookieName = '__Host-sid'
const [old, now] = [randomBytes(32), randomBytes(32)]
const indexKey = randomBytes(32)
const writer = createCookieWriter({
  cookieName,
  path: '/',
  domain: undefined,
  secure: true,
  httpOnly: true,
  sameSite: 'lax',
  partitioned: false,
})
const cookiesOf = (secretKey: readonly Uint8Array[], lifetime = 8 * minute) =>
  new BoundCookies(createKeyring({ secretKey, indexKey, cookieName }).derive('bound'), {
    cookieName,
    writer,
    lifetime,
  })
const cookies = cookiesOf([now, old])
const subject = { sessionId: 'group.handle', bindingId: 'd1' }
const pairOf = (line: string) => line.split(';', 1).join()
const withCookie = (cookie: string) => requestCarrier({ cookie })

test('a cookie is valid for its session and binding, as long as the server says', () => {
  const request = withCookie(`a=b; ${pairOf(cookies.set(subject, t0))}; c=d`)
  for (let times = 0; times < 2; times++) {
    expect(cookies.judge(request, subject, t0)).toBe('valid')
    expect(cookies.judge(request, subject, t0 + 8 * minute - 1)).toBe('valid')
    expect(cookies.judge(request, subject, t0 + 8 * minute)).toBe('expired')
    expect(cookies.judge(request, { ...subject, bindingId: 'd2' }, t0)).toBe('forged')
    expect(cookies.judge(request, { ...subject, sessionId: 'group.other' }, t0)).toBe('forged')
  }
  expect(cookies.judge(withCookie('__Host-sid=x'), subject, t0)).toBe('missing')
  expect(cookies.judge(requestCarrier({}), subject, t0)).toBe('missing')
})

test('a cookie that was refused for another session first is valid for its own', () => {
  const fresh = cookiesOf([now])
  const request = withCookie(pairOf(fresh.set(subject, t0)))
  expect(fresh.judge(request, { ...subject, bindingId: 'd2' }, t0)).toBe('forged')
  expect(fresh.judge(request, subject, t0)).toBe('valid')
})

test('a planted cookie of the same name beside it changes nothing', () => {
  const pair = pairOf(cookies.set(subject, t0))
  const planted = `${cookies.name}=x.y`
  for (const header of [`${planted}; ${pair}`, `${pair}; ${planted}`])
    expect(cookies.judge(withCookie(header), subject, t0)).toBe('valid')
  expect(cookies.judge(withCookie(planted), subject, t0)).toBe('forged')
})

test('a browser drops the cookie before servers do, with the attributes that it is told', () => {
  const [pair, ...attributes] = cookies.set(subject, t0).split('; ')
  expect(pair).toMatch(/^__Host-sid\.bound=[\da-z]+\.[\w-]{32}$/)
  expect(attributes.join('; ')).toBe(`${cookies.attributes}; Max-Age=450`)
  expect(cookies.attributes).toBe('Path=/; HttpOnly; Secure; SameSite=Lax')
  expect(cookiesOf([now], 10_000).set(subject, t0)).toMatch(/; Max-Age=8$/)
  expect(cookies.clear()).toMatch(/^__Host-sid\.bound=; Path=\/; .*Max-Age=0/)
})

test.each([1, 2, 8, 60])(
  'clocks of servers 10 seconds apart refuse no browser that has a cookie: %i min',
  (lifetime) => {
    const made = cookiesOf([now], lifetime * minute)
    const [behind, ahead] = [-5_000, 5_000]
    const line = made.set(subject, t0 + behind)
    const dropped = t0 + 1000 * Number(/Max-Age=(\d+)/.exec(line)?.[1])
    expect(made.judge(withCookie(pairOf(line)), subject, dropped + ahead)).toBe('valid')
  },
)

test('after a key roll the cookies from before are valid, and those of other keys are forged', () => {
  const before = withCookie(pairOf(cookiesOf([old]).set(subject, t0)))
  expect(cookies.judge(before, subject, t0)).toBe('valid')
  expect(cookiesOf([now]).judge(before, subject, t0)).toBe('forged')
})
