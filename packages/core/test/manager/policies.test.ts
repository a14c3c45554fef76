import { randomBytes } from 'node:crypto'
import { describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { defaultConfig, devConfig, nist } from '../../src/options/presets.ts'
import type { SessionBackend } from '../../src/store/backend.ts'
import { browser, managerOver, mapBackend, type TestData, visit } from '../support.ts'

const minute = 60_000

describe('requireRecent', () => {
  test('passes up to its duration after a login and not beyond, and a login makes it pass again', async () => {
    const { manager, clock } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    clock.now += 10 * minute
    await visit(manager, visitor, (session) => session.requireRecent('10m'))
    clock.now += 1
    await visit(manager, visitor, async (session) => {
      const notRecent = { code: 'ERR_SESSION_NOT_RECENT', status: 401 }
      expect(() => session.requireRecent('10m')).toThrow(expect.objectContaining(notRecent))
      await session.login('user-1')
      session.requireRecent('1s')
    })
  })

  test('is not satisfied by rotate(), nor by an anonymous session', async () => {
    const { manager, clock } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    clock.now += 11 * minute
    await visit(manager, visitor, (session) => session.rotate())
    await visit(manager, visitor, (session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
    await visit(manager, browser(), (session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
  })
})

describe('a key roll', () => {
  const [old, current] = [randomBytes(32), randomBytes(32)]
  const backend = mapBackend()
  const clock = { now: Date.UTC(2030, 0, 1) }
  const connect = (secretKey: ConfigOptions['indexKey'] | Uint8Array[]) =>
    createSessionManager<TestData>(
      devConfig(secretKey as Uint8Array, {
        store: keyedStore(backend),
        indexKey: old,
        clock: () => clock.now,
        warn: () => undefined,
      }),
    )

  test('signs nobody out, and gives everybody a token of the first key within a touch or two', async () => {
    const visitor = browser()
    await visit(connect(old), visitor, (session) => session.login('user-1'))
    const both = connect([current, old])
    const [before] = [visitor.jar.cookie]
    clock.now += minute
    await visit(both, visitor)
    expect(visitor.jar.cookie).not.toBe(before)
    clock.now += minute
    await visit(both, visitor, (session) => expect(session.userId).toBe('user-1'))
    const rolled = connect(current as never)
    await visit(rolled, visitor, (session) => expect(session.userId).toBe('user-1'))
    expect(await rolled.sessions('user-1')).toHaveLength(1)
  })

  test('that drops the old key makes its tokens forged', async () => {
    const visitor = browser()
    await visit(connect(old), visitor, (session) => session.login('user-2'))
    await visit(connect(current as never), visitor, (session) => expect(session.isNew).toBe(true))
  })
})

describe('onStoreError anonymous', () => {
  test('stands in with an empty session that keeps nothing, and leaves the cookie good', async () => {
    const backend = mapBackend()
    const trouble = { isOn: false }
    const find: SessionBackend['find'] = (id, call) =>
      trouble.isOn ? Promise.reject(new Error('down')) : backend.find(id, call)
    const { manager } = managerOver({ ...backend, find }, { onStoreError: 'anonymous' })
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    trouble.isOn = true
    const { carrier } = await visit(manager, visitor, async (session) => {
      expect([session.isReadOnly, session.userId, session.data]).toEqual([true, undefined, {}])
      session.data['lost'] = true
      const down = { code: 'ERR_STORE_UNAVAILABLE' }
      await expect(session.login('user-1')).rejects.toMatchObject(down)
      await expect(session.destroy()).rejects.toMatchObject(down)
      await expect(session.update(() => 1)).rejects.toMatchObject(down)
      expect(() => session.rotate()).toThrow(expect.objectContaining(down))
    })
    const down = { code: 'ERR_STORE_UNAVAILABLE' }
    await visit(manager, visitor, (session) =>
      expect(() => session.requireRecent('10m')).toThrow(expect.objectContaining(down)),
    )
    expect(carrier.setCookies).toEqual([])
    expect(discarded).toHaveBeenCalledWith({ what: 'changes', why: 'unavailable', id: undefined })
    trouble.isOn = false
    await visit(manager, visitor, (session) => expect(session.userId).toBe('user-1'))
  })
})

test('merge decides a key that two requests changed', async () => {
  const merge: ConfigOptions['merge'] = (_key, { base, mine, theirs }) =>
    Number(mine) + Number(theirs) - Number(base)
  const { manager } = managerOver(mapBackend(), { merge })
  const visitor = browser()
  await visit(manager, visitor, (session) => {
    session.data['n'] = 10
  })
  const [one, two] = [visitor.carrier(), visitor.carrier()]
  const sessions = [await manager.load(one), await manager.load(two)]
  for (const [index, session] of sessions.entries()) session.data['n'] = 11 + index
  for (const [index, session] of sessions.entries())
    await manager.commit(session, [one, two][index] ?? one)
  await visit(manager, visitor, (session) => expect(session.data['n']).toBe(13))
})

test('the NIST presets end a session exactly at the inactivity limit of their level', async () => {
  for (const [preset, minutes] of [
    [nist.aal2, 60],
    [nist.aal3, 15],
  ] as const) {
    const { manager, clock } = managerOver(mapBackend(), preset)
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    clock.now += minutes * minute - 1
    expect((await manager.load(visitor.carrier())).userId).toBe('user-1')
    clock.now += 1
    expect((await manager.load(visitor.carrier())).userId).toBeUndefined()
  }
})

test('the NIST presets are the numbers of SP 800-63B-4, and the manager takes them', () => {
  expect(nist).toEqual({
    aal1: { absoluteTimeout: '30d', persistent: false },
    aal2: { absoluteTimeout: '24h', maxAge: '59m', touchInterval: '1m', persistent: false },
    aal3: { absoluteTimeout: '12h', maxAge: '14m', touchInterval: '1m', persistent: false },
  })
  const store = keyedStore(mapBackend())
  for (const preset of Object.values(nist))
    createSessionManager(defaultConfig(randomBytes(32), { store, ...preset }))
})

test('a re-authentication keeps the limits that the login was given', async () => {
  const { manager, clock } = managerOver(mapBackend())
  const visitor = browser()
  const limits = { persistent: false, maxAge: '5d', absoluteTimeout: '90d' } as const
  await visit(manager, visitor, (session) => session.login('user-1', limits))
  clock.now += minute
  const { session, carrier } = await visit(manager, visitor, (again) => again.login('user-1'))
  expect(carrier.setCookies.join()).not.toMatch(/Max-Age/)
  expect(session.info).toMatchObject({
    expiresAt: clock.now + (5 * 24 * 60 + 1) * minute,
    absoluteExpiresAt: clock.now + 90 * 24 * 60 * minute,
  })
})

test('remember me is other numbers: a login that is not persistent has a cookie without Max-Age', async () => {
  const { manager } = managerOver(mapBackend())
  const short = await visit(manager, browser(), (session) =>
    session.login('u', { persistent: false }),
  )
  expect(short.carrier.setCookies.join()).not.toMatch(/Max-Age/)
  const long = await visit(manager, browser(), (session) =>
    session.login('u', { absoluteTimeout: '90d' }),
  )
  expect(long.carrier.setCookies.join()).toMatch(/Max-Age=7776000$/)
})

describe('a manager is not constructed', () => {
  const store = keyedStore(mapBackend())
  const refused: [string, Partial<Record<keyof ConfigOptions, unknown>>, RegExp][] = [
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
    ['with a limit that the store cannot enforce', { limit: { max: 3 } }, /cannot enforce/],
  ]
  const blind = { ...mapBackend(), supports: { ...mapBackend().supports, conditionalWrite: false } }
  test.each<Partial<ConfigOptions>>([
    { merge: (_key, { mine }) => mine },
    { rotationInterval: '15m' },
    { rotationGrace: '30s' },
    { onReplay: 'destroy' },
  ])('with %o over a store that merges nothing and rotates nothing by age', (options) => {
    const make = () =>
      createSessionManager(defaultConfig(randomBytes(32), { store: keyedStore(blind), ...options }))
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(`${Object.keys(options)[0]} is set and this store cannot enforce it`)
  })
  test.each(refused)('%s', (_title, options, message) => {
    const make = () =>
      createSessionManager(defaultConfig(randomBytes(32), { store, ...options } as ConfigOptions))
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(message)
  })
})
