import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor } from '@sojourn/conformance/testing'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { createSessionManager } from '../../src/manager/manager.ts'
import type { ConfigOptions } from '../../src/options/options.ts'
import { defaultConfig, devConfig } from '../../src/options/presets.ts'
import type { StoreEnv, StoreFactory } from '../../src/store/store.ts'
import { checkOptions } from '../../src/util/check-options.ts'
import { testManager } from '../support.ts'

const store = keyedStore(referenceBackend())
const make = (options: object) =>
  createSessionManager(defaultConfig(randomBytes(32), options as ConfigOptions))

afterEach(() => void vi.unstubAllEnvs())

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
  ])('%s', (name, value, remedy) => {
    expect(() => make({ store, [name]: value })).toThrow(
      new RegExp(`has no option ${name}\\. .*${remedy}`),
    )
  })
})

describe('a store that was passed without being called', () => {
  function memoryStore(options: StoreEnv): StoreFactory {
    checkOptions(options, { max: true } as never, 'The memory store')
    return store
  }
  function mapStore(): StoreFactory {
    return store
  }

  test.each([memoryStore, mapStore])('is named: %s', (factory) => {
    expect(() => make({ store: factory })).toThrow(
      `store is the function ${factory.name} itself, not what it returns. Call it`,
    )
  })

  test('keeps the error of a factory that has other reasons', () => {
    const broken = () => {
      throw new Error('no such file')
    }
    expect(() => make({ store: broken })).toThrow('no such file')
  })
})

describe('devConfig in production', () => {
  const options = () => {
    const warn = vi.fn()
    return { warn, store }
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

describe('in development', () => {
  function world(options: Partial<ConfigOptions> = {}) {
    const warnings: string[] = []
    const warn = (message: string) => void warnings.push(message)
    return { ...testManager({ warn, ...options }), warnings }
  }
  const saved = async ({ manager }: ReturnType<typeof world>) => {
    const ann = createVisitor(manager)
    await ann.request((session) => session.update((data) => Object.assign(data, { n: 0 })))
    return ann
  }

  test('an update that returns new data in place of changing it is refused', async () => {
    const app = world()
    const updating = (await saved(app)).request((session) =>
      session.update((data) => ({ ...data, n: 1 })),
    )
    await expect(updating).rejects.toThrow(/nothing is written\. Change the data/)
  })

  test('on empty data it is warned of', async () => {
    const app = world()
    const update = () =>
      createVisitor(app.manager).request((session) => session.update((data) => ({ ...data, n: 1 })))
    await update()
    await update()
    expect(app.warnings).toEqual([expect.stringContaining('nothing is written')])
  })

  test.each<[string, (data: Record<string, unknown>) => unknown]>([
    ['changes the data and returns it', (data) => Object.assign(data, { n: 1 })],
    ['returns an object of its own', (data) => ({ total: data['n'] })],
    ['changes the data and returns a copy', (data) => ({ ...Object.assign(data, { n: 2 }) })],
    ['returns a number', (data) => data['n']],
  ])('one that %s passes', async (_, fn) => {
    const app = world()
    await (await saved(app)).request((session) => session.update(fn))
    expect(app.warnings).toEqual([])
  })

  test('production does not compare: the function runs as it is', async () => {
    const app = world({ development: false })
    await (await saved(app)).request(async (session) => {
      expect(await session.update((data) => ({ ...data, n: 1 }))).toEqual({ n: 1 })
      expect(session.data).toEqual({ n: 0 })
    })
  })

  test('a message for the next page that is added after destroy() is warned of', async () => {
    const app = world()
    await (await saved(app)).request(async (session) => {
      await session.destroy()
      session.flash.add('info', 'Goodbye')
    })
    expect(app.warnings).toEqual([expect.stringContaining('flash.add() after destroy()')])
  })
})
