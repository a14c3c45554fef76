import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, testDeviceProtocol } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { createRecentGuard, createSessionGuard } from '../../src/guards/access-guard.ts'
import { createCsrfGuard } from '../../src/guards/csrf.ts'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { SessionOptions } from '../../src/options/options.ts'
import { devConfig } from '../../src/options/presets.ts'
import { schemaOf } from '../data/schemas.ts'
import { testManager, visit } from '../support.ts'

const store = keyedStore(referenceBackend())
const invalid = expect.objectContaining({ code: 'ERR_CONFIG_INVALID', status: 500 })

/** Makes a manager with options beyond the types, as JavaScript may. */
function make(options: object) {
  return () => createSessionManager(devConfig(randomBytes(32), { store, ...options }))
}

describe('an option that is not known is refused', () => {
  test.each<[object, string]>([
    [
      { mxAge: '30m' },
      'createSessionManager() has no option mxAge. Write maxAge, or leave it out.',
    ],
    [{ maxage: '30m' }, 'no option maxage. Write maxAge,'],
    [{ cookiename: 'a' }, 'no option cookiename. Write cookieName,'],
    [{ samesite: 'strict' }, 'no option samesite. Write sameSite,'],
    [{ absolutTimeout: '8h' }, 'no option absolutTimeout. Write absoluteTimeout,'],
    [{ secret: 'x' }, 'no option secret. Write secretKey,'],
    [{ name: 'x' }, 'no option name. Write cookieName'],
    [{ rolling: true }, 'no option rolling. Leave it out: each use prolongs'],
    [{ ['__proto__']: 1, a: 1 }, 'no option __proto__. Its options are '],
    [{ toString: 1 }, 'no option toString. Its options are '],
    [{ mxAge: undefined }, 'no option mxAge. Write maxAge,'],
    [{ limit: { max: 3, onExeed: 'refuse' } }, 'limit has no option onExeed. Write onExceed,'],
  ])('%j', (options, message) => {
    expect(make(options)).toThrow(invalid)
    expect(make(options)).toThrow(message)
  })

  test.each([undefined, null, 'secret', 7])('and so is %j in place of all of them', (options) => {
    const makeWith = () => createSessionManager(options as unknown as SessionOptions)
    expect(makeWith).toThrow(invalid)
    expect(makeWith).toThrow(
      /^createSessionManager\(\) was given \w+ as its options\. Give an object/,
    )
  })

  test.each<[unknown, string]>([
    [['ann'], 'an Array as its options. Give an object'],
    [[], 'an Array as its options'],
    [new Map([['userId', 'ann']]), 'a Map as its options'],
    [new Set(['ann']), 'a Set as its options'],
    [new String('ann'), 'a String as its options'],
    [Promise.resolve({ userId: 'ann' }), 'a Promise as its options. Await it first'],
  ])('and so is %j, which would check nothing, by revoke()', async (options, message) => {
    const { manager } = testManager()
    const { session } = await visit(createVisitor(manager), (made) => made.login('bob'))
    await expect(manager.revoke(session.id, options as object)).rejects.toThrow(message)
    expect(await manager.sessions('bob')).toHaveLength(1)
  })

  test('by login(), before anything is written', async () => {
    const { manager, rows } = testManager()
    const login = visit(createVisitor(manager), (session) =>
      session.login('ann', { persistant: false } as object),
    )
    await expect(login).rejects.toThrow('login() has no option persistant. Write persistent,')
    expect(rows.size).toBe(0)
  })

  test('by keyedStore()', () => {
    const codecs = { codecs: [] } as object
    expect(() => keyedStore(referenceBackend(), codecs)).toThrow('no option codecs. Write codec,')
  })
})

test('every option that is known is taken', () => {
  const all: Required<Omit<SessionOptions, 'secretKey' | 'indexKey' | 'domain' | 'deviceBound'>> = {
    store,
    namespace: 'shop',
    tokenIn: 'cookie',
    maxAge: '1h',
    absoluteTimeout: '1h',
    touchInterval: '1m',
    rotationInterval: '15m',
    rotationGrace: '30s',
    onReplay: 'ignore',
    fingerprint: { of: ['browser'] },
    limit: { max: 3, onExceed: 'refuse' },
    securityStamp: (userId) => userId,
    acting: { maxAge: '5m', absoluteTimeout: '10m' },
    schema: schemaOf((data) => data),
    version: 2,
    migrations: { 1: (data) => data },
    onInvalidData: 'empty',
    onNewerData: 'fail',
    merge: (_key, { mine }) => mine,
    onStoreError: 'fail',
    persistent: true,
    storeTimeout: '1s',
    maxDataBytes: 1000,
    codec: { name: 'none', encode: () => new Uint8Array(), decode: () => ({}) },
    clock: () => 0,
    development: true,
    warn: () => undefined,
    cookieName: 'sid',
    path: '/',
    secure: true,
    httpOnly: true,
    sameSite: 'lax',
    partitioned: false,
  }
  const secrets = { secretKey: [randomBytes(32), randomBytes(32)], indexKey: randomBytes(32) }
  expect(() => createSessionManager({ ...all, ...secrets, domain: 'example.com' })).not.toThrow()
  const deviceBound = testDeviceProtocol() // not together with a domain
  expect(() => createSessionManager({ ...all, ...secrets, deviceBound })).not.toThrow()
})

describe('a guard is refused with', () => {
  test.each<[object, (options: object) => unknown, string]>([
    [{ tokens: true }, createCsrfGuard, 'csrf() has no option tokens. Write token,'],
    [{ trustedOrigins: 'https://a.example' }, createCsrfGuard, 'trustedOrigins is no list. Give'],
    [
      { redirect: '/' },
      createSessionGuard,
      'requireSession() has no option redirect. Write redirectTo,',
    ],
    [
      { to: '/' },
      (options) => createRecentGuard('5m', options),
      'Its options are as, redirectTo, trustedOrigins',
    ],
  ])('%j', (options, create, message) => {
    expect(() => create(options)).toThrow(invalid)
    expect(() => create(options)).toThrow(message)
  })
})

describe('an option of another library says what to do here:', () => {
  test.each([
    ['cookie', { secure: true }, 'cookieName, path, domain'],
    ['secret', 'x', 'Write secretKey'],
    ['keys', ['x'], 'Write secretKey'],
    ['name', 'sid', 'Write cookieName'],
    ['key', 'sid', 'Write cookieName'],
    ['ttl', 3600, 'Write maxAge'],
    ['resave', false, 'written only if its data has changed'],
    ['saveUninitialized', false, 'sends no cookie'],
    ['rolling', true, 'prolongs a session'],
    ['prefix', 'app:', 'Give it to the store'],
    ['signRows', true, 'Give it to the store'],
    ['revocations', {}, 'Give it to the store'],
    ['audience', 'shop', 'Write namespace'],
  ])('%s', (name, value, remedy) => {
    expect(make({ [name]: value })).toThrow(new RegExp(`has no option ${name}\\. .*${remedy}`))
  })
})
