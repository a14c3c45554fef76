import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { defaultConfig, devConfig } from '../../src/options/presets.ts'
import { resolveConfig } from '../../src/options/resolve-config.ts'

const secret = randomBytes(32).toString('base64')
const store = keyedStore(referenceBackend())
const resolve = (options: object) => resolveConfig(defaultConfig(secret, { store, ...options }))

describe('defaultConfig', () => {
  test('is SessionX in its names and defaults, and safe', () => {
    expect(resolve({})).toMatchObject({
      cookieName: '__Host-sid',
      secure: true,
      maxAge: 86_400_000,
      absoluteTimeout: 2_592_000_000,
      touchInterval: 60_000,
      storeTimeout: 1000,
      persistent: true,
      maxDataBytes: 65_536,
      development: false,
    })
  })

  test('takes a short absoluteTimeout as maxAge too', () => {
    expect(resolve({ absoluteTimeout: '8h' }).maxAge).toBe(8 * 3_600_000)
  })

  test('takes a tenth of a short maxAge as touchInterval', () => {
    expect(resolve({ maxAge: '5m' }).touchInterval).toBe(30_000)
  })
})

describe('devConfig', () => {
  test('drops the prefix and Secure, and lets options say otherwise', () => {
    expect(resolveConfig(devConfig(secret, { store }))).toMatchObject({
      cookieName: 'sid',
      secure: false,
      development: true,
    })
    expect(resolveConfig(devConfig(secret, { store, cookieName: 'dev' })).cookieName).toBe('dev')
  })

  test('without a secret makes a random one and says so', () => {
    const warn = vi.fn()
    const [one, two] = [1, 2].map(() => devConfig(undefined, { store, warn }).secretKey)
    expect(one).not.toEqual(two)
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/random secretKey.*end when it restarts/),
    )
  })

  test('with an empty secret is refused like any other', () => {
    expect(() => resolveConfig(devConfig('', { store }))).toThrow(/secretKey is missing/)
  })
})

describe('a manager is not constructed', () => {
  const refused: [string, Partial<Record<keyof ConfigOptions, unknown>>, RegExp][] = [
    ['with a maxAge of 0', { maxAge: 0 }, /^maxAge is 0\. Give/],
    ['with a maxAge of −1', { maxAge: -1 }, /^maxAge is -1/],
    ['with a maxAge of NaN', { maxAge: Number.NaN }, /^maxAge is NaN/],
    ["with a maxAge of '10 parsecs'", { maxAge: '10 parsecs' }, /^maxAge is '10 parsecs'/],
    [
      'with a maxAge that is longer than absoluteTimeout',
      { maxAge: '9h', absoluteTimeout: '8h' },
      /^maxAge is 32400000 ms and absoluteTimeout 28800000 ms, .*Give an absoluteTimeout of at least maxAge/,
    ],
    ['with a maxAge longer than the usual absoluteTimeout', { maxAge: '31d' }, /^maxAge is 26784/],
    ['with an absoluteTimeout of 0', { absoluteTimeout: 0 }, /^absoluteTimeout/],
    [
      'with a touchInterval above a quarter of maxAge',
      { maxAge: '4m', touchInterval: '61s' },
      /a quarter of maxAge/,
    ],
    ['with a storeTimeout beyond 5 minutes', { storeTimeout: '6m' }, /storeTimeout/],
    [
      'without a store',
      { store: undefined },
      /^store is missing\. Pass one, such as store: memoryStore/,
    ],
    ['with something else as a store', { store: {} }, /store/],
    ['with maxDataBytes of 0', { maxDataBytes: 0 }, /maxDataBytes/],
    ['with a clock that is no function', { clock: 5 }, /clock/],
    ['with a contradictory cookie', { domain: 'example.com' }, /__Host-/],
    [
      'with a rotationInterval that leaves no room for two touches',
      { rotationInterval: '2m' },
      /at least 2 × touchInterval \+ rotationGrace/,
    ],
    ['with a rotationGrace of 0', { rotationGrace: 0 }, /rotationGrace/],
    ['with an unknown onReplay', { onReplay: 'panic' }, /onReplay is .panic./],
    ['with an unknown onStoreError', { onStoreError: 'ignore' }, /onStoreError/],
    ['with a limit of 0', { limit: { max: 0 } }, /limit\.max is 0/],
    ['with an unknown onExceed', { limit: { max: 1, onExceed: 'panic' } }, /onExceed/],
  ]
  test.each(refused)('%s', (_title, options, message) => {
    const make = () =>
      createSessionManager(defaultConfig(secret, { store, ...options } as ConfigOptions))
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID', status: 500 }))
    expect(make).toThrow(message)
  })

  test('without a secret', () => {
    const none = process.env['NO_SUCH_SECRET'] as string
    expect(() => createSessionManager(defaultConfig(none, { store }))).toThrow(
      expect.objectContaining({ code: 'ERR_SECRET_WEAK' }),
    )
  })
})
