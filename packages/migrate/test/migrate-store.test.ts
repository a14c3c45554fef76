import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import {
  createSessionManager,
  devConfig,
  type StoreFactory,
  type StoreSupports,
} from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { describe, expect, test } from 'vitest'
import { type MigrationOptions, migrateStore } from '../src/migrate-store.ts'

const everything = referenceBackend().supports
const [from, to] = [able({}), able({})]

/** A keyed store over a backend that lacks some of what backends can do. */
function able(lacking: Partial<StoreSupports>): StoreFactory {
  return keyedStore({ ...referenceBackend(), supports: { ...everything, ...lacking } })
}

function manage(stores: MigrationOptions, options: object = {}) {
  return () =>
    createSessionManager(devConfig(randomBytes(32), { store: migrateStore(stores), ...options }))
}

/** A store that says it ends sessions, and has no way to end one by its id. */
function withoutEndById(env: Parameters<StoreFactory>[0]) {
  const { endById: _, ...rest } = from(env)
  return rest
}

describe('migrateStore() refuses', () => {
  test.each<[string, object, RegExp]>([
    ['a from that is missing', { to }, /takes two different stores/],
    ['a to that is missing', { from }, /takes two different stores/],
    ['a from that is no store', { from: referenceBackend(), to }, /takes two different stores/],
    ['a to that is no store', { from, to: referenceBackend() }, /takes two different stores/],
    ['one store twice', { from, to: from }, /takes two different stores/],
    ['a move that is a word', { from, to, move: 'no' }, /^move is no\. Give true or false/],
    ['no options at all', null as unknown as object, /was given null as its options/],
  ])('%s', (_title, options, message) => {
    const make = () => migrateStore(options as MigrationOptions)
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(make).toThrow(message)
  })
})

describe('a manager refuses', () => {
  test.each<[string, MigrationOptions, RegExp]>([
    [
      'a from whose tokens nobody can end',
      { from: able({ revocation: false }), to },
      /cannot leave a store that cannot end them/,
    ],
    [
      'a from that ends none by its id',
      { from: withoutEndById, to },
      /cannot leave a store that cannot end them/,
    ],
    [
      'a to that merges nothing',
      { from, to: able({ conditionalWrite: false }) },
      /cannot be moved into this store/,
    ],
    [
      'a to that ends nothing for good',
      { from, to: able({ revocation: false }) },
      /cannot be moved into this store/,
    ],
  ])('%s', (_title, stores, message) => {
    expect(manage(stores)).toThrow(expect.objectContaining({ code: 'ERR_CONFIG_INVALID' }))
    expect(manage(stores)).toThrow(message)
  })

  test.each<[string, Partial<StoreSupports>, object]>([
    ['limit', { limit: false }, { limit: { max: 3 } }],
    ['merge', { conditionalWrite: false }, { merge: () => 1 }],
    ['rotationInterval', { conditionalWrite: false }, { rotationInterval: '15m' }],
    ['rotationGrace', { conditionalWrite: false }, { rotationGrace: '30s' }],
    ['onReplay', { conditionalWrite: false }, { onReplay: 'ignore' }],
  ])('%s, where the old store cannot keep it', (option, lacking, options) => {
    expect(manage({ from: able(lacking), to }, options)).toThrow(`${option} is set and this store`)
    expect(manage({ from, to }, options)).not.toThrow()
  })

  test('limit, where the new store cannot keep it', () => {
    const stores = { from, to: able({ limit: false }) }
    expect(manage(stores, { limit: { max: 3 } })).toThrow('limit is set and this store')
  })
})

test.each([
  { from: able({ list: false }), to },
  { from, to: able({ list: false }) },
])('nothing is listed where one of the stores lists nothing', async (stores) => {
  const manager = manage(stores)()
  expect(manager.supports).toEqual({
    conditionalWrite: true,
    revocation: true,
    list: false,
    limit: true,
    scan: true,
  })
  await expect(manager.sessions('ann')).rejects.toThrow(/no index of users/)
  await expect(manager.revokeAll('ann')).rejects.toThrow(/no index of users/)
})

test('a misspelt option is refused: a misspelt move would move', () => {
  const options = { from, to, mvoe: false } as MigrationOptions
  expect(() => migrateStore(options)).toThrow('migrateStore() has no option mvoe. Write move,')
})
