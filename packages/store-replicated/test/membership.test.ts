import { allOperations } from '@sojourn/conformance/testing'
import { SessionStoreError } from '@sojourn/core'
import { memoryBackend } from '@sojourn/store-memory'
import { replicatedBackend } from '@sojourn/store-replicated'
import { expect, test, vi } from 'vitest'
import { callAt, controlled, makeRow, t0 } from './controlled.ts'

async function errorOf(outcome: unknown): Promise<SessionStoreError> {
  const error = await Promise.resolve(outcome).then(
    () => new Error('It did not fail'),
    (thrown: unknown) => thrown,
  )
  if (error instanceof SessionStoreError) return error
  throw error
}

test('the first time all instances must be reachable, and later a quorum is enough', async () => {
  const { backend, controls, another } = controlled()
  const outage = controls.b.fail(allOperations)
  const error = await errorOf(backend.ping(callAt()))
  expect(error.detail).toContain("'ping' needs 2 of 3 instances")
  expect(error.detail).toContain('All must be reachable when the set is used for the first time')
  outage.stop()
  await backend.ping(callAt())
  controls.b.fail(allOperations)
  expect(await another().find('g.a', callAt())).toBe(null)
})

test('one server under two names is refused', async () => {
  const one = memoryBackend()
  const backend = replicatedBackend({ a: one, b: one, c: memoryBackend() })
  const error = await errorOf(backend.ping(callAt()))
  expect(error.code).toBe('ERR_STORE_REFUSED')
  expect(error.detail).toContain('Give each instance one name')
})

test('instances of another set are refused', async () => {
  const { backend, memories } = controlled()
  await backend.ping(callAt())
  const other = replicatedBackend({ paris: memories.a, london: memories.b, berlin: memories.c })
  expect((await errorOf(other.find('g.a', callAt()))).code).toBe('ERR_STORE_REFUSED')
})

test('an instance that was emptied counts only when it has been filled', async () => {
  const instances = { a: memoryBackend(), b: memoryBackend(), c: memoryBackend() }
  const before = replicatedBackend(instances)
  await before.insert('g.a', makeRow(), callAt())
  await before.remove('g.a', { ...callAt(), reason: 'logout' })
  await before.insert('g.b', makeRow(), callAt())
  const empty = memoryBackend()
  const after = replicatedBackend({ ...instances, c: empty })
  await after.ping(callAt())
  await vi.waitFor(async () => {
    await after.ping(callAt())
    expect(await empty.find('.m', callAt())).not.toBe(null)
  })
  for (const key of ['g.a.s', 'g.b.s'])
    expect(await empty.find(key, callAt())).toEqual(await instances.a.find(key, callAt()))
  const alone = { a: memoryBackend(), b: instances.b, c: empty } // a is lost, the next moment
  expect(await replicatedBackend(alone).find('g.b', callAt())).toMatchObject({ version: 'v1' })
  expect(await replicatedBackend(alone).find('g.a', callAt())).toMatchObject({ ended: 'logout' })
})

test('an instance that is emptied again while it is filled does not count yet', async () => {
  const { backend, memories, another } = controlled()
  await backend.insert('g.a', makeRow(), callAt())
  await memories.c.close() // which empties a memory
  const { scan } = memories.b
  let scans = 0
  memories.b.scan = async function* (call) {
    yield* scan(call)
    scans++
    if (scans === 1) await memories.c.close() // all is filled, and it is about to count
  }
  const server = another()
  await vi.waitFor(async () => {
    await server.ping(callAt())
    expect(await memories.c.find('.m', callAt())).not.toBe(null)
  }, 10_000)
  expect(scans).toBeGreaterThan(1)
  expect(await memories.c.find('g.a.s', callAt())).not.toBe(null)
})

test('a set that lost everything begins again, without a restart of the application', async () => {
  const { backend, memories } = controlled()
  await backend.insert('g.a', makeRow(), callAt())
  for (const memory of Object.values(memories)) await memory.close() // which empties it
  await vi.waitFor(async () => expect(await backend.find('g.a', callAt())).toBe(null), {
    timeout: 4_000,
  })
  expect(await backend.insert('g.b', makeRow(), callAt())).toMatchObject({ inserted: true })
})

test('an empty instance alone with a full one is no quorum', async () => {
  const { controls, another, memories } = controlled()
  await another().ping(callAt())
  await memories.c.close() // which empties a memory
  controls.b.fail(allOperations)
  const error = await errorOf(another().find('g.a', callAt()))
  expect(error.detail).toContain('c is empty and is being filled')
})

test('repair() makes all instances the same, and reports what it did', async () => {
  const { backend, controls, memories } = controlled()
  await backend.ping(callAt())
  const cut = controls.c.fail(allOperations)
  for (const id of ['g.a', 'g.b', 'h.c']) await backend.insert(id, makeRow(), callAt())
  await backend.remove('g.a', { ...callAt(), reason: 'logout' })
  cut.stop()
  await vi.waitFor(async () => {
    await backend.ping(callAt(t0 + 1))
    expect(backend.instances()[2]?.state).toBe('ready')
  })
  const { compared, repaired, admitted } = await backend.repair()
  expect([compared, admitted]).toEqual([3, []])
  expect(repaired).toBeLessThanOrEqual(3)
  expect((await backend.repair()).repaired).toBe(0)
  for (const key of ['g.a.s', 'g.b.s', 'h.c.s'])
    expect(await memories.c.find(key, callAt())).toEqual(await memories.a.find(key, callAt()))
})
