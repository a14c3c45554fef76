// What the operations of a keyed store cost, counted: no timing, so a regression fails on every machine.
import { promiseHooks } from 'node:v8'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { describe, expect, test, vi } from 'vitest'
import { jsonCodec } from '../../src/data/codec.ts'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import type { SessionBackend } from '../../src/store/backend.ts'
import type { OpenedSession } from '../../src/store/opened-session.ts'
import type { Draft, SessionStore, StorePolicy } from '../../src/store/store.ts'
import type { Awaitable } from '../../src/util/and-then.ts'
import { day, encoded, minute, storeEnv } from '../contexts.ts'
import { countHashes } from '../spy-on-crypto.ts'
import { rowOf, testBackend } from '../support.ts'

const hashes = countHashes()

/** A store whose calls, codec and timers are counted. */
function makeScene(policy: Partial<StorePolicy> = {}) {
  const counted = { encodes: 0, decodes: 0 }
  const codec = {
    name: 'json',
    encode(value: unknown) {
      counted.encodes++
      return jsonCodec.encode(value)
    },
    decode(bytes: Uint8Array) {
      counted.decodes++
      return jsonCodec.decode(bytes)
    },
  }
  const { backend, takeCalls } = testBackend()
  const { env, clock } = storeEnv(policy)
  const store = keyedStore(backend, { codec })(env)
  /** Returns what `run` costs, and its result. */
  async function costOf<Result>(run: () => Awaitable<Result>) {
    const timers = vi.spyOn(globalThis, 'setTimeout')
    Object.assign(counted, { encodes: 0, decodes: 0 })
    takeCalls()
    hashes()
    const result = await run()
    const cost = {
      calls: takeCalls(),
      hashes: hashes(),
      timers: timers.mock.calls.length,
      ...counted,
    }
    timers.mockRestore()
    return { cost, result }
  }
  return { store, env, clock, costOf }
}

const data = (n: number) => encoded({ n })
const limits = { maxAge: day, absoluteTimeout: 30 * day, persistent: true }
const visitor: Draft = { data: data(1), ...limits }
const nothing = { calls: [], hashes: 0, timers: 0, encodes: 0, decodes: 0 }

async function created(store: SessionStore, draft = visitor) {
  const creation = await store.create(draft, {})
  if (!creation.created) throw new Error(`Nothing was created: ${creation.why}`)
  return creation
}

async function opened(store: SessionStore, token: string): Promise<OpenedSession> {
  const outcome = await store.open([token])
  if (outcome.outcome !== 'open') throw new Error(`The token is ${outcome.outcome}`)
  return outcome.opened
}

/** A session whose token has opened it before. */
async function known(policy: Partial<StorePolicy> = {}) {
  const scene = makeScene(policy)
  const { token } = await created(scene.store)
  return { ...scene, token, opened: await opened(scene.store, token) }
}

describe('a store opens', () => {
  test('a token that it has not seen by one look-up, an HMAC and a hash', async () => {
    const { store, costOf } = makeScene()
    const { token } = await created(store)
    const { cost } = await costOf(() => store.open([token]))
    expect(cost).toEqual({ ...nothing, calls: ['find'], hashes: 2 + 1, timers: 1 })
  })

  test('a token that it knows by one look-up, without any hash', async () => {
    const { store, costOf, token } = await known()
    const { cost } = await costOf(() => store.open([token]))
    expect(cost).toEqual({ ...nothing, calls: ['find'], timers: 1 })
  })

  test('nothing by a forged token, whose cost is an HMAC, and by a malformed one, which has none', async () => {
    const { store, costOf, token } = await known()
    const { token: forged } = await created(keyedStore(testBackend().backend)(makeScene().env))
    const foreign = forged.slice(0, -1) + (forged.endsWith('A') ? 'B' : 'A')
    expect((await costOf(() => store.open([foreign]))).cost).toEqual({ ...nothing, hashes: 2 })
    expect((await costOf(() => store.open([token.slice(1)]))).cost).toEqual(nothing)
  })
})

describe('a store saves', () => {
  test('a change by one write, with one timer, without a hash, and as the bytes that it is given', async () => {
    const { store, costOf, opened } = await known()
    const changes = { data: { base: opened.data, mine: data(2) } }
    const { cost, result } = await costOf(() => store.save(opened, changes))
    expect(result.saved).toBe(true)
    expect(cost).toEqual({ ...nothing, calls: ['replace'], timers: 1 })
  })

  test('a touch by one write, and nothing where none is due', async () => {
    const { store, costOf, opened, clock } = await known()
    expect((await costOf(() => store.save(opened, {}))).cost).toEqual(nothing)
    clock.now += minute
    const { cost } = await costOf(() => store.save(opened, {}))
    expect(cost).toEqual({ ...nothing, calls: ['touch'], timers: 1 })
  })

  test('an update by one write, a decode and an encode, within a time budget', async () => {
    const { store, costOf, opened } = await known()
    const update = (changing: object) => void Object.assign(changing, { n: 2 })
    const { cost } = await costOf(() => store.save(opened, { update }))
    const decoded = { encodes: 1, decodes: 1 }
    expect(cost).toEqual({ ...nothing, calls: ['replace'], timers: 2, ...decoded })
  })
})

describe('a store creates', () => {
  test('the session of a visitor by one insert: a tag, a secret and a signature', async () => {
    const { store, costOf } = makeScene()
    const { cost } = await costOf(() => store.create(visitor, {}))
    expect(cost).toEqual({ ...nothing, calls: ['insert'], hashes: 2 + 1 + 2, timers: 1 })
  })

  test('a login by one insert: also a group, and the secret that others can derive', async () => {
    const { store, costOf, token } = await known()
    const draft = { ...visitor, userId: 'ann', presented: { tokens: [token], offers: [] } }
    const { cost } = await costOf(() =>
      store.create(draft, { limit: { max: 5, onExceed: 'evict' } }),
    )
    const hashed = 2 + 1 + 2 + 1 + 2 + 2 // group, seed of the id, tag, hash of the secret, secret, signature
    expect(cost).toEqual({ ...nothing, calls: ['insert'], hashes: hashed, timers: 1 })
  })
})

test('opening takes five promises and saving seven, those of the backend apart', async () => {
  const { env } = storeEnv()
  const rows: Entries = new Map()
  const { token, opened: session } = await created(
    keyedStore(referenceBackend({ entries: rows }))(env),
  )
  const found = Promise.resolve(rowOf(rows, session.record.id))
  const replaced = Promise.resolve('replaced' as const)
  const backend = { ...referenceBackend(), find: () => found, replace: () => replaced }
  const store = keyedStore(backend)(env)
  const first = await opened(store, token)
  const changes = { data: { base: first.data, mine: data(2) } }
  let promises = 0
  const count = async (run: () => unknown) => {
    promises = -1 // one is that of the await below
    const stop = promiseHooks.onInit(() => promises++)
    const running = run()
    await running
    stop()
    return promises
  }
  expect(await count(() => store.open([token]))).toBe(5)
  expect(await count(() => store.save(first, changes))).toBe(7)
})

test('a backend that returns no promises costs none, and no timer', async () => {
  const { env } = storeEnv()
  const rows: Entries = new Map()
  const creation = await created(keyedStore(referenceBackend({ entries: rows }))(env))
  const row = rowOf(rows, creation.opened.record.id)
  const backend: SessionBackend = {
    ...referenceBackend(),
    find: (id) => (id === creation.opened.record.id ? row : null), // or that of the epochs
    insert: () => ({ inserted: true, evicted: [] }),
    replace: () => 'replaced',
    touch: () => 'touched',
  }
  const store = keyedStore(backend)(env)
  const first = await opened(store, creation.token)
  await created(store) // which has read the epochs
  const timers = vi.spyOn(globalThis, 'setTimeout')
  let promises = 0
  const stop = promiseHooks.onInit(() => promises++)
  const outcomes = [
    store.open([creation.token]),
    store.save(first, { data: { base: first.data, mine: data(2) } }),
    store.create(visitor, {}),
  ]
  stop()
  expect(promises).toBe(0)
  expect(timers).not.toHaveBeenCalled()
  expect(outcomes).toMatchObject([{ outcome: 'open' }, { saved: true }, { created: true }])
  timers.mockRestore()
})
