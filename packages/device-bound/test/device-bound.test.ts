import { describe, expect, test } from 'vitest'
import { type DeviceBoundOptions, deviceBound } from '../src/index.ts'

describe('deviceBound()', () => {
  test('has defaults', () => {
    const { lifetime, policy, skipTolerance, routeOf, offer } = deviceBound()
    expect({ lifetime, policy, skipTolerance }).toEqual({
      lifetime: 480_000,
      policy: 'reject',
      skipTolerance: 600_000,
    })
    expect(['/session/device', '/session/device/refresh'].map(routeOf)).toEqual([
      'register',
      'refresh',
    ])
    expect(offer('c')).toEqual([
      'Secure-Session-Registration',
      '(ES256 RS256);path="/session/device";challenge="c"',
    ])
  })

  test('knows its own paths only, and only as they are written', () => {
    const { routeOf } = deviceBound({ path: '/device' })
    expect(routeOf('/device')).toBe('register')
    for (const path of [
      '/',
      '/device/',
      '/Device',
      '/device/refresh/',
      '/device/refresh/x',
      '//device',
      '/%64evice',
      '/session/device',
    ])
      expect(routeOf(path)).toBeUndefined()
  })

  test('takes no skip at all', () => {
    expect(deviceBound({ skipTolerance: 0 }).skipTolerance).toBe(0)
  })

  test.each<[string, unknown, RegExp]>([
    ['no object', '8m', /deviceBound\(\) was given string/],
    ['an unknown option', { ttl: '8m' }, /has no option ttl/],
    ['a misspelt one', { lifetimes: '8m' }, /Write lifetime/],
    ['a path without a slash', { path: 'device' }, /path is no path/],
    ['a path with a slash at its end', { path: '/device/' }, /path is no path/],
    ['the root', { path: '/' }, /path is no path/],
    ['a path with a query', { path: '/device?x' }, /path is no path/],
    ['a URL', { path: 'https://example.com/device' }, /path is no path/],
    ['no path', { path: 7 }, /path is no path/],
    ['a short lifetime', { lifetime: '59s' }, /lifetime is 59000 ms/],
    ['a long lifetime', { lifetime: '61m' }, /lifetime is 3660000 ms/],
    ['no lifetime', { lifetime: 'soon' }, /lifetime is 'soon'/],
    ['an unknown policy', { policy: 'strict' }, /policy is not known/],
    ['a long tolerance', { skipTolerance: '25h' }, /skipTolerance is 90000000 ms/],
    ['a negative tolerance', { skipTolerance: -1 }, /skipTolerance is -1/],
  ])('refuses %s', (_kind, options, message) => {
    expect(() => deviceBound(options as DeviceBoundOptions)).toThrowError(
      expect.objectContaining({
        code: 'ERR_CONFIG_INVALID',
        message: expect.stringMatching(message),
      }),
    )
  })
})
