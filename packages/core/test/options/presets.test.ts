import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor } from '@sojourn/conformance/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import { defaultConfig, devConfig, envConfig, nist } from '../../src/options/presets.ts'
import { testManager } from '../support.ts'

const minute = 60_000

test('the NIST presets end a session exactly at the inactivity limit of their level', async () => {
  for (const [preset, minutes] of [
    [nist.aal2, 60],
    [nist.aal3, 15],
  ] as const) {
    const { manager, clock } = testManager(preset)
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    clock.now += minutes * minute - 1
    expect((await visitor.begin()).session.userId).toBe('user-1')
    clock.now += 1
    expect((await visitor.begin()).session.userId).toBeUndefined()
  }
})

test('the NIST presets are the numbers of SP 800-63B-4, and the manager takes them', () => {
  expect(nist).toEqual({
    aal1: { absoluteTimeout: '30d', persistent: false },
    aal2: { absoluteTimeout: '24h', maxAge: '59m', touchInterval: '1m', persistent: false },
    aal3: { absoluteTimeout: '12h', maxAge: '14m', touchInterval: '1m', persistent: false },
  })
  const store = keyedStore(referenceBackend())
  for (const preset of Object.values(nist))
    createSessionManager(defaultConfig(randomBytes(32), { store, ...preset }))
})

describe('devConfig in production', () => {
  afterEach(() => void vi.unstubAllEnvs())

  const options = () => {
    const warn = vi.fn()
    return { warn, store: keyedStore(referenceBackend()) }
  }

  test('warns and says what is insecure', () => {
    vi.stubEnv('NODE_ENV', 'production')
    const given = options()
    devConfig(randomBytes(32), given)
    expect(given.warn).toHaveBeenCalledExactlyOnceWith(
      expect.stringMatching(/no Secure.*defaultConfig/s),
    )
  })

  test.each([
    ['where the options make the cookie Secure', 'production', { secure: true }],
    ['elsewhere', 'development', {}],
    ['where NODE_ENV is not set', undefined, {}],
  ])('says nothing %s', (_, env, rest) => {
    vi.stubEnv('NODE_ENV', env)
    const given = options()
    devConfig(randomBytes(32), { ...given, ...rest })
    expect(given.warn).not.toHaveBeenCalled()
  })
})

describe('envConfig', () => {
  afterEach(() => void vi.unstubAllEnvs())
  const store = keyedStore(referenceBackend())

  test.each([undefined, '', 'development', 'test'])(
    'is devConfig with NODE_ENV %j: without a secret it makes one',
    (env) => {
      vi.stubEnv('NODE_ENV', env)
      const options = envConfig(undefined, { store, warn: () => {} })
      expect(createSessionManager(options).cookieName).toBe('sid')
      expect(options).toMatchObject({ secure: false, development: true })
    },
  )

  // What is neither unset nor a developer's is a server: 'prod' and 'Development' must not lower the cookie's guard.
  test.each(['production', 'staging', 'prod', 'Development'])(
    'is defaultConfig with NODE_ENV %j: without a secret no manager is created',
    (env) => {
      vi.stubEnv('NODE_ENV', env)
      const secret = randomBytes(32)
      expect(envConfig(secret, { store })).toEqual(defaultConfig(secret, { store }))
      expect(createSessionManager(envConfig(secret, { store })).cookieName).toBe('__Host-sid')
      expect(() => createSessionManager(envConfig(undefined, { store }))).toThrow(
        expect.objectContaining({ code: 'ERR_SECRET_WEAK' }),
      )
    },
  )
})
