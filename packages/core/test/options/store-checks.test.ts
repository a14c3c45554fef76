import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { testDeviceProtocol } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { defaultConfig } from '../../src/options/presets.ts'
import type { BackendSupports } from '../../src/store/backend.ts'
import type { StoreEnv, StoreFactory } from '../../src/store/store.ts'
import { checkOptions } from '../../src/util/check-options.ts'
import { testManager } from '../support.ts'

describe('a store that is none is refused when constructing, with what to do', () => {
  test.each([
    ['a backend', referenceBackend(), /store is object.*keyedStore\(backend\)/],
    ['a factory that was not called', () => () => undefined, /not store: memoryStore/],
  ])('%s', (_title, store, message) => {
    expect(() => testManager({ store: store as never })).toThrow(message)
  })
})

describe('a manager is not constructed', () => {
  /** A store over a backend that cannot do one thing. */
  const storeWithout = (what: keyof BackendSupports) => {
    const backend = referenceBackend()
    return keyedStore({ ...backend, supports: { ...backend.supports, [what]: false } })
  }

  test.each<Partial<ConfigOptions>>([
    { merge: (_key, { mine }) => mine },
    { rotationInterval: '15m' },
    { rotationGrace: '30s' },
    { onReplay: 'destroy' },
  ])('with %o over a store that merges nothing and rotates nothing by age', (options) => {
    const make = () =>
      createSessionManager(
        defaultConfig(randomBytes(32), { store: storeWithout('conditionalWrite'), ...options }),
      )
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(`${Object.keys(options)[0]} is set and this store cannot enforce it`)
  })

  test('with device bindings over a store that merges nothing', () => {
    const options = { store: storeWithout('conditionalWrite'), deviceBound: testDeviceProtocol() }
    expect(() => createSessionManager(defaultConfig(randomBytes(32), options))).toThrow(
      'a copy from before the binding would open for ever',
    )
  })

  test('with a limit that the store cannot enforce', () => {
    const make = () =>
      createSessionManager(
        defaultConfig(randomBytes(32), { store: storeWithout('limit'), limit: { max: 3 } }),
      )
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(/cannot enforce/)
  })
})

describe('a store that was passed without being called', () => {
  const store = keyedStore(referenceBackend())
  const make = (factory: unknown) =>
    createSessionManager(defaultConfig(randomBytes(32), { store: factory as StoreFactory }))

  function memoryStore(options: StoreEnv): StoreFactory {
    checkOptions(options, { max: true } as never, 'The memory store')
    return store
  }
  function mapStore(): StoreFactory {
    return store
  }

  test.each([memoryStore, mapStore])('is named: %s', (factory) => {
    expect(() => make(factory)).toThrow(
      `store is the function ${factory.name} itself, not what it returns. Call it`,
    )
  })

  test('keeps the error of a factory that has other reasons', () => {
    const broken = () => {
      throw new Error('no such file')
    }
    expect(() => make(broken)).toThrow('no such file')
  })
})
