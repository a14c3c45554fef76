import { randomBytes } from 'node:crypto'
import { type Entries, referenceBackend } from '@sojourn/conformance/backend'
import { controlledBackend, createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { migrateStore } from '../src/index.ts'

/** Half of what a tombstone lasts, so that a watch still finds the reason of an end. */
const interval = 30_000
const secret = randomBytes(32)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Creates a server of the old store, two of a migration, and a user who is logged in on the old one. */
async function setUp() {
  const clock = { now: Date.UTC(2026, 10, 21) }
  const connect = (store: StoreFactory) =>
    createSessionManager<TestData>(
      devConfig(secret, { store, maxAge: '30m', touchInterval: interval, clock: () => clock.now }),
    )
  const entries: Entries = new Map()
  const control = controlledBackend(referenceBackend({ entries }))
  const [from, to] = [keyedStore(referenceBackend()), keyedStore(control.backend)]
  const old = connect(from)
  const [here, there] = [connect(migrateStore({ from, to })), connect(migrateStore({ from, to }))]
  const ada = createVisitor(old)
  await ada.request((session) => session.login('ada'))
  const pass = async (ms: number) => {
    clock.now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  return { old, here, there, ada, pass, entries, control }
}

test('a watched session moves with its touch, is kept alive there, and its end is heard of', async () => {
  const { here, there, ada, pass, entries } = await setUp()
  const watch = await here.watch({ cookie: ada.cookie })
  await pass(interval)
  expect(entries.size).toBe(0)
  for (let n = 0; n < 120; n++) {
    expect(await watch.keepAlive()).toBe(true)
    await pass(interval)
  }
  expect(entries.has(watch.session.id)).toBe(true)
  await there.revoke(watch.session.id)
  await pass(interval)
  expect(await watch.ended).toBe('revoked')
})

test('a watched session that another request moves lives on, and its end is heard of', async () => {
  const { here, there, ada, pass } = await setUp()
  const watch = await here.watch({ cookie: ada.cookie })
  await ada.at(there).request((session) => {
    session.data['n'] = 1
  })
  await pass(2 * interval)
  expect(await watch.keepAlive()).toBe(true)
  await ada.at(there).request((session) => session.destroy())
  await pass(interval)
  expect(await watch.ended).toBe('logout')
})

test('a watched session that has not moved hears of an end in the old store', async () => {
  const { old, here, ada, pass } = await setUp()
  const watch = await here.watch({ cookie: ada.cookie })
  await old.revoke(watch.session.id)
  await pass(interval)
  expect(await watch.ended).toBe('revoked')
})

test('a watched session that moves between two looks has not ended', async () => {
  const { here, there, ada, pass, control } = await setUp()
  const watch = await here.watch({ cookie: ada.cookie })
  await pass(interval - 1)
  const moving = control.intercept('find', async (run) => {
    const found = await run()
    moving.stop()
    await ada.at(there).request((session) => {
      session.data['n'] = 1
    })
    return found
  })
  await pass(1)
  expect(moving.count).toBe(1)
  expect(await watch.keepAlive()).toBe(true)
})

test('a watch that began before the move keeps the session alive only as long as its token would open it', async () => {
  const { here, there, ada, pass } = await setUp()
  const thief = await here.watch({ cookie: ada.cookie })
  for (let n = 0; n < 40; n++) {
    await pass(interval)
    await ada.at(there).request()
  }
  for (let n = 0; n < 64; n++) {
    await pass(interval)
    await thief.keepAlive()
  }
  expect(await thief.keepAlive()).toBe(false)
})
