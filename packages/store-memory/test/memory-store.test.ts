import { createTestCarrier } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { memoryBackend, memoryStore } from '@sojourn/store-memory'
import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.useRealTimers()
})

const secret = 'a secret of the tests: 7f3b1c9e5d2a8460'

test('a session displaced by max is an event of its manager and is told to onDisplaced', async () => {
  const told: string[] = []
  const store = memoryStore({ max: 1, onDisplaced: (id) => told.push(id) })
  const manager = createSessionManager(devConfig(secret, { store }))
  const events: string[] = []
  const created: string[] = []
  manager.on('displaced', ({ id }) => events.push(id))
  manager.on('created', ({ id }) => created.push(id))
  for (const views of [1, 2]) {
    const carrier = createTestCarrier()
    const session = await manager.load(carrier)
    Object.assign(session.data, { views })
    await manager.commit(session, carrier)
  }
  expect(created.length).toBe(2)
  expect(events).toEqual(created.slice(0, 1))
  expect(told).toEqual(events)
  await manager.close()
})

test('managers made with one memoryStore share its sessions until the last of them closes', async () => {
  const store = memoryStore()
  const connect = (use = store) => createSessionManager(devConfig(secret, { store: use }))
  const [one, two, apart] = [connect(), connect(), connect(memoryStore())]
  const session = await one.load(createTestCarrier())
  await session.login('user-1')
  expect(await two.sessions('user-1')).toHaveLength(1)
  expect(await apart.sessions('user-1')).toEqual([])
  await one.close()
  expect(await two.sessions('user-1')).toHaveLength(1)
  await two.close()
  expect(await two.sessions('user-1')).toEqual([])
})

test('a row that is returned shares its memory with nothing: a clone of it holds no other session', async () => {
  const backend = memoryBackend()
  const at = Date.UTC(2026, 10, 21)
  const call = { at, signal: new AbortController().signal }
  const value = new TextEncoder().encode('of one session')
  const row = { version: 'v1', priorVersions: [], touchedAt: at, expiresAt: at + 60_000, value }
  await backend.insert('group.one', row, call)
  const found = await backend.find('group.one', call)
  expect(found).toEqual(row)
  expect(Object(found).value.buffer.byteLength).toBe(value.length)
  await backend.close()
})

test('a session that expires is an event, once, of each manager whose namespace it is of', async () => {
  vi.useFakeTimers()
  const store = memoryStore()
  const connect = (namespace: string) =>
    createSessionManager(
      devConfig(secret, { store, namespace, maxAge: '10m', touchInterval: '1m' }),
    )
  const managers = [connect('shop'), connect('shop'), connect('office')]
  const told = managers.map((manager) => {
    const ids: string[] = []
    manager.on('expired', ({ id }) => ids.push(id))
    return ids
  })
  const [shop] = managers
  const [idle, loggedOut] = [
    await shop?.load(createTestCarrier()),
    await shop?.load(createTestCarrier()),
  ]
  for (const session of [idle, loggedOut]) await session?.login('ann')
  const id = idle?.id
  await loggedOut?.destroy()
  vi.advanceTimersByTime(11 * 60_000 + 2_000)
  expect(told).toEqual([[id], [id], []])
  vi.advanceTimersByTime(30 * 60_000)
  expect(told).toEqual([[id], [id], []])
  for (const manager of managers) await manager.close()
})

test('a manager that has closed hears of no expiry', async () => {
  const backend = memoryBackend()
  const told: string[] = []
  const stop = backend.onExpired?.((id) => told.push(id))
  const at = Date.UTC(2026, 10, 21)
  const call = { at, signal: new AbortController().signal }
  const row = {
    version: 'v',
    priorVersions: [],
    touchedAt: at,
    expiresAt: at + 1,
    value: new Uint8Array(),
  }
  const end = { ...row, version: 'w', expiresAt: at }
  for (const id of ['g.a', 'g.b']) await backend.insert(id, row, call)
  await backend.replace('g.a', end, { ...call, expected: 'v' }) // gone at once
  stop?.()
  await backend.replace('g.b', end, { ...call, expected: 'v' })
  expect(told).toEqual(['g.a'])
  await backend.close()
})
