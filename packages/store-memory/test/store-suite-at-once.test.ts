/** The promises once more, over outcomes that are there at once, as they are in an application. */
import { randomBytes } from 'node:crypto'
import { register, runSuite, type StoreUnderTest, storeSuite } from '@sojourn/conformance/store'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { keyedStore, type Row, type SessionBackend } from '@sojourn/core/store'
import { memoryBackend } from '@sojourn/store-memory'
import { expect, test } from 'vitest'

const supports = { conditionalWrite: true, revocation: true, list: true, limit: true, scan: true }

/** Opens a storage whose managers have the store that `storeOf` makes of the backend. */
function opener(storeOf: (backend: SessionBackend) => StoreFactory, isLate = false) {
  return (): StoreUnderTest => {
    const memory = memoryBackend()
    const backend = isLate ? inPromises(memory) : memory
    const secret = randomBytes(32)
    return {
      connect: (config, wrap) =>
        createSessionManager(devConfig(secret, { store: storeOf(wrap(backend)), ...config })),
      close: () => backend.close(),
    }
  }
}

const suite = storeSuite({ open: opener(keyedStore), supports, atOnce: true })
register(suite, { test })

/** The same backend, as it was written by an author who made each operation `async`. */
function inPromises(backend: SessionBackend): SessionBackend {
  return {
    ...backend,
    find: async (...args) => backend.find(...args),
    insert: async (...args) => backend.insert(...args),
    replace: async (...args) => backend.replace(...args),
    touch: async (...args) => backend.touch(...args),
  }
}

/** A backend around ours whose author expects a promise of each outcome, and so calls `then` on it. */
const thenable: typeof keyedStore = (backend) => {
  if (typeof backend === 'function') throw new TypeError('the suite has a backend')
  const find: SessionBackend['find'] = (...args) =>
    (backend.find(...args) as Promise<Row>).then((found) => found)
  return keyedStore({ ...backend, find })
}

/** The cases by which each promise is proved first. */
const firstCases = (atOnce: boolean, storeOf: typeof keyedStore, later = false) => {
  const whole = storeSuite({ open: opener(storeOf, later), supports, atOnce })
  return { ...whole, cases: whole.cases.filter(({ id }) => /^P(0\.2|\d+\.1)$/.test(id)) }
}

const failed = async (...args: Parameters<typeof firstCases>) => {
  const results = await runSuite(firstCases(...args))
  return results.filter(({ outcome }) => outcome !== 'passed').map(({ id }) => id)
}

test('a backend that calls `then` on an outcome passes over promises, and fails over outcomes at once', async () => {
  expect(await failed(false, thenable)).toEqual([])
  expect(await failed(true, thenable)).toEqual(expect.arrayContaining(['P1.1', 'P2.1', 'P3.1']))
})

test('a backend of promises is told that it has nothing at once', async () => {
  expect(await failed(true, keyedStore, true)).toEqual(['P0.2'])
})
