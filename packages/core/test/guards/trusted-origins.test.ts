import { describe, expect, test } from 'vitest'
import { hostOf, readOrigins } from '../../src/guards/trusted-origins.ts'

describe('hostOf', () => {
  test.each([
    ['https://example.com', 'example.com'],
    ['HTTPS://Example.COM:8443', 'example.com:8443'],
    ['http://[::1]:3000', '[::1]:3000'],
    ['capacitor://localhost', 'localhost'],
  ])('%s has the host %s', (origin, host) => {
    expect(hostOf(origin)).toBe(host)
  })

  test.each([
    'null',
    '',
    'example.com',
    '//example.com',
    'https://',
    'https://example.com/',
    'https://example.com?x',
    'https://user@example.com',
    'https://a.example, https://b.example',
    ' https://example.com',
  ])('%j has none', (origin) => {
    expect(hostOf(origin)).toBeUndefined()
  })
})

describe('readOrigins', () => {
  test('returns the origins as they are given, none by default', () => {
    const origins = ['https://example.com:8080', 'http://localhost', 'app://main']
    expect([...readOrigins(origins)]).toEqual(origins)
    expect(readOrigins().size).toBe(0)
  })

  test.each([
    'https://example.com/',
    'https://example.com:443',
    'https://Example.com',
    'https://*.example.com',
    'app://*',
    'https://ex%ample.com',
    7,
  ])('refuses %j, which no browser sends', (origin) => {
    const read = () => readOrigins(['https://good.example', origin as string])
    expect(read).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(read).toThrow(/^trustedOrigins has .*no origin/)
  })

  test('refuses a text, whose letters would be the list', () => {
    const read = () => readOrigins('https://example.com' as never)
    expect(read).toThrow(/trustedOrigins is no list/)
  })
})
