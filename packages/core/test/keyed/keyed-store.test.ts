import { referenceBackend } from '@sojourn/conformance/backend'
import { describe, expect, test, vi } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { day, encoded, storeEnv, t0 } from '../contexts.ts'
import { testBackend } from '../support.ts'

describe('a store that is none is refused when constructing, with what to do', () => {
  test('keyedStore without a backend', () => {
    for (const backend of [undefined, null, {}])
      expect(() => keyedStore(backend as never)).toThrow(/keyedStore\(\) was given no backend/)
  })
})

const draft = { data: encoded({}), maxAge: day, absoluteTimeout: 30 * day, persistent: true }
const named = (name: string) => ({ ...jsonCodec, name })

describe('a keyed store', () => {
  test.each([
    [{}, true, true],
    [{ list: false }, false, true],
    [{ conditionalWrite: false }, true, false],
    [{ revocation: false }, true, false],
  ])('over a backend with %j offers what that can keep', (lacks, hasUsers, hasImports) => {
    const { backend } = testBackend()
    const supports = { ...backend.supports, ...lacks }
    const store = keyedStore({ ...backend, supports })(storeEnv().env)
    expect([store.users !== undefined, store.imports !== undefined]).toEqual([hasUsers, hasImports])
    const { conditionalWrite, revocation, list, limit, scan } = supports
    expect(store.supports).toEqual({ conditionalWrite, revocation, list, limit, scan })
  })

  test('takes a function that makes the backend of the environment', () => {
    const { env } = storeEnv()
    const backend = vi.fn(() => referenceBackend())
    keyedStore(backend)(env)
    expect(backend.mock.calls).toEqual([[env]])
  })

  test('writes by the codec of the application, else by its own, else as JSON', () => {
    const { env } = storeEnv()
    const own = keyedStore(referenceBackend(), { codec: named('own') })
    expect(own({ ...env, codec: named('chosen') }).codec.name).toBe('chosen')
    expect(own(env).codec.name).toBe('own')
    expect(keyedStore(referenceBackend())(env).codec).toBe(jsonCodec)
  })

  test('reads what its own codec, those of `reads` and JSON wrote, and nothing else', async () => {
    const { env, emit } = storeEnv()
    const backend = referenceBackend()
    const tokens: string[] = []
    for (const codec of ['json', 'own', 'old', 'other'].map(named)) {
      const creation = await keyedStore(backend)({ ...env, codec }).create(draft, {})
      tokens.push(creation.created ? creation.token : '')
    }
    const options = { codec: named('own'), reads: [named('old')] }
    const store = keyedStore(backend, options)({ ...env, codec: named('chosen') })
    const outcomes = await Promise.all(tokens.map((token) => store.open([token])))
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['open', 'open', 'open', 'discarded'])
    expect(emit).toHaveBeenCalledTimes(1)
  })

  test('pings and closes its backend', async () => {
    const ping = vi.fn(async () => undefined)
    const close = vi.fn(async () => undefined)
    const store = keyedStore({ ...referenceBackend(), ping, close })(storeEnv().env)
    await store.ping()
    await store.close()
    expect(ping.mock.calls).toEqual([[expect.objectContaining({ at: t0 })]])
    expect(close).toHaveBeenCalledTimes(1)
  })
})
