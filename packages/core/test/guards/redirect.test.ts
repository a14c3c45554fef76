import { describe, expect, test } from 'vitest'
import { createRedirect, returnPath } from '../../src/guards/redirect.ts'

/** Where a function that answers `address` sends a request. */
function sent(address: unknown, trustedOrigins?: readonly string[]): string | undefined {
  const redirectTo = () => address as string
  return createRedirect({ redirectTo, ...(trustedOrigins ? { trustedOrigins } : {}) })?.(undefined)
}

const refused = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', status: 500 })

describe('a function that redirects', () => {
  test.each([
    '/login',
    '?again',
    '#top',
    '/login?next=https://evil.example/',
    '/https://evil.example',
    '/@evil.example',
  ])('may lead to %s', (address) => {
    expect(sent(address)).toBe(address)
  })

  test.each([
    'back',
    'login',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https://evil.example/login',
    'http:evil.example',
    'https:evil.example',
    'https:/evil.example',
    'javascript:alert(1)',
    'data:text/html,hello',
    'http://a.invalid/',
    'https://b.invalid/',
    'http://[',
  ])('may not lead to %s', (address) => {
    expect(() => sent(address)).toThrow(refused)
  })

  test.each([
    ['/in\r\nSet-Cookie: sid=evil', '/in%0D%0ASet-Cookie:%20sid=evil'],
    ['/\t/evil.example', '/%09/evil.example'],
    ['/\u0000\u007f', '/%00%7F'],
    ['/ü€\u{1f36a}', '/%C3%BC%E2%82%AC%F0%9F%8D%AA'],
    ['/\ud800', '/%EF%BF%BD'],
    ['/a%20b', '/a%20b'],
  ])('sends %j as a Location that no browser strips and no header ends with', (address, location) =>
    expect(sent(address)).toBe(location),
  )

  test('may lead to an origin that is trusted, and to none that only looks so', () => {
    const trusted = ['https://login.example']
    expect(sent('https://login.example/in?x=1', trusted)).toBe('https://login.example/in?x=1')
    for (const address of [
      'https://login.example@evil.example/',
      'https://login.example.evil.example/',
      'http://login.example/',
      'https://login.example:8443/',
      '//login.example/',
    ])
      expect(() => sent(address, trusted), address).toThrow(refused)
  })

  test.each([undefined, null, '', 3, {}, Promise.resolve('/login')])('answers no %j', (address) => {
    expect(() => sent(address)).toThrow(refused)
  })
})

test('the way back after a login is on this site, or it is another one', () => {
  expect(returnPath('/cart?page=2')).toBe('/cart?page=2')
  expect(returnPath('/cart\r\nX: y')).toBe('/cart%0D%0AX:%20y')
  for (const asked of [
    'back',
    'cart',
    ' /cart',
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '',
    undefined,
  ])
    expect(returnPath(asked, '/home')).toBe('/home')
  for (const asked of [['/cart'], { toString: () => '/cart' }, 3])
    expect(returnPath(asked)).toBe('/')
})

test('a text leads wherever the developer has written, as ASCII', () => {
  const to = (redirectTo: string) => createRedirect({ redirectTo })?.(undefined)
  expect(to('https://login.example/')).toBe('https://login.example/')
  expect(to('/anmelden/später')).toBe('/anmelden/sp%C3%A4ter')
})

test('an address that is neither a path nor whole is refused when constructing', () => {
  for (const redirectTo of ['back', 'login', ' /login'])
    expect(() => createRedirect({ redirectTo })).toThrow(refused)
})

test('trusted origins are checked when constructing', () => {
  for (const origin of ['https://login.example/', '*', 'login.example'])
    expect(() => createRedirect({ redirectTo: '/', trustedOrigins: [origin] })).toThrow(refused)
})
