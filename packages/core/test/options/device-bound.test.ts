import { testDeviceProtocol } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { SessionOptions } from '../../src/options/options.ts'
import { testManager } from '../support.ts'

const deviceBound = testDeviceProtocol()
const production = {
  deviceBound,
  secure: true,
  cookieName: '__Host-sid',
  development: false,
} as const

describe('deviceBound is refused', () => {
  test.each<[string, Partial<SessionOptions>, string]>([
    ['with a domain', { cookieName: 'sid', domain: 'example.com' }, 'together with domain'],
    ['with another path', { cookieName: 'sid', path: '/app' }, 'together with path'],
    ['for partitioned cookies', { partitioned: true }, 'together with partitioned'],
    ['without the cookie', { tokenIn: 'bearer' }, 'tokenIn has no cookie'],
    ['over plain HTTP in production', { secure: false, cookieName: 'sid' }, 'secure is false'],
    ['as true', { deviceBound: true as never }, 'deviceBound is true, not a protocol'],
    [
      'as a function',
      { deviceBound: testDeviceProtocol as never },
      'deviceBound is a function, not a protocol',
    ],
  ])('%s', (_what, options, message) => {
    expect(() => testManager({ ...production, ...options })).toThrow(message)
  })

  test('by a name of another library, which is told the right one', () => {
    expect(() => testManager({ dbsc: {} } as object)).toThrow('Write deviceBound: deviceBound()')
  })
})

test('in development over plain HTTP it is warned of, once', () => {
  const warnings: string[] = []
  testManager({ deviceBound, warn: (message) => void warnings.push(message) })
  expect(warnings).toHaveLength(1)
  expect(warnings.join()).toContain('browsers bind no session over it')
})

test('without the option a manager has no route, and no bound cookie', () => {
  const { manager } = testManager()
  expect(manager.route).toBeUndefined()
  expect(manager.cookieNames.join()).not.toContain('.bound')
  expect(testManager({ deviceBound }).manager.cookieNames).toContain('sid.bound')
})
