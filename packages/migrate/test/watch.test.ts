import { randomBytes } from 'node:crypto'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { migrateStore } from '../src/index.ts'
import { browser, mapBackend, type TestData, visit } from './support.ts'

const minute = 60_000
const secret = randomBytes(32)

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** Servers of the old store and of a migration, and somebody who is logged in at the old one. */
async function setUp() {
  const clock = { now: Date.UTC(2026, 10, 21) }
  const connect = (store: StoreFactory) =>
    createSessionManager<TestData>(
      devConfig(secret, { store, maxAge: '30m', touchInterval: '1m', clock: () => clock.now }),
    )
  const [oldBackend, newBackend] = [mapBackend(), mapBackend()]
  const gate: { afterFind: (() => Promise<unknown>) | undefined } = { afterFind: undefined }
  const gated: SessionBackend = {
    ...newBackend,
    async find(...asked) {
      const found = await newBackend.find(...asked)
      const run = gate.afterFind
      gate.afterFind = undefined
      await run?.()
      return found
    },
  }
  const [from, to] = [keyedStore(oldBackend), keyedStore(gated)]
  const old = connect(from)
  const [here, there] = [connect(migrateStore({ from, to })), connect(migrateStore({ from, to }))]
  const ada = browser()
  await visit(old, ada, (session) => session.login('ada'))
  const pass = async (ms: number) => {
    clock.now += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  return { old, here, there, ada, pass, newBackend, gate }
}

test('a watched session moves with its touch, is kept alive there, and its end is heard of', async () => {
  const { here, there, ada, pass, newBackend } = await setUp()
  const watch = await here.watch({ cookie: ada.jar.cookie })
  await pass(minute)
  expect(newBackend.rows.size).toBe(0)
  for (let n = 0; n < 60; n++) {
    expect(await watch.keepAlive()).toBe(true)
    await pass(minute)
  }
  expect(newBackend.rows.has(watch.session.id)).toBe(true)
  await there.revoke(watch.session.id)
  await pass(minute)
  expect(await watch.ended).toBe('revoked')
})

test('a watched session that another request moves lives on, and its end is heard of', async () => {
  const { here, there, ada, pass } = await setUp()
  const watch = await here.watch({ cookie: ada.jar.cookie })
  await visit(there, ada, (session) => {
    session.data['n'] = 1
  })
  await pass(2 * minute)
  expect(await watch.keepAlive()).toBe(true)
  await visit(there, ada, (session) => session.destroy())
  await pass(minute)
  expect(await watch.ended).toBe('logout')
})

test('a watched session that has not moved hears of an end in the old store', async () => {
  const { old, here, ada, pass } = await setUp()
  const watch = await here.watch({ cookie: ada.jar.cookie })
  await old.revoke(watch.session.id)
  await pass(minute)
  expect(await watch.ended).toBe('revoked')
})

test('a watched session that moves between two looks has not ended', async () => {
  const { here, there, ada, pass, gate } = await setUp()
  const watch = await here.watch({ cookie: ada.jar.cookie })
  await pass(minute - 1)
  gate.afterFind = () =>
    visit(there, ada, (session) => {
      session.data['n'] = 1
    })
  await pass(1)
  expect(gate.afterFind).toBeUndefined()
  expect(await watch.keepAlive()).toBe(true)
})
