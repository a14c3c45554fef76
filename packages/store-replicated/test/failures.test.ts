import { allOperations } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, SessionStoreError } from '@sojourn/core'
import { memoryBackend } from '@sojourn/store-memory'
import { replicatedStore } from '@sojourn/store-replicated'
import { expect, test, vi } from 'vitest'
import { callAt, controlled, makeRow } from './controlled.ts'

test('an instance that hangs delays nothing', async () => {
  const { backend, controls } = controlled({ timeout: '60s' })
  await backend.ping(callAt())
  const hanging = controls.c.hold(allOperations)
  expect(await backend.insert('g.a', makeRow(), callAt())).toEqual({ inserted: true, evicted: [] })
  const next = makeRow({ version: 'v2' })
  expect(await backend.replace('g.a', next, { ...callAt(), expected: 'v1' })).toBe('replaced')
  expect(await backend.list('g', callAt())).toHaveLength(1)
  expect(await backend.remove('g.a', { ...callAt(), reason: 'logout' })).toEqual(next)
  hanging.release()
})

test('an instance that hangs is called a limited number of times', async () => {
  const { backend, controls } = controlled({ timeout: '60s' })
  await backend.ping(callAt())
  const hanging = controls.c.hold(allOperations)
  for (let batch = 0; batch < 30; batch++)
    await Promise.all(Array.from({ length: 50 }, () => backend.find('g.a', callAt())))
  expect(controls.a.calls.length).toBeGreaterThan(1_500)
  expect(controls.c.calls.length).toBeLessThan(1_100)
  hanging.release()
})

test('without a quorum an operation fails, and says what is wrong with each instance', async () => {
  const { backend, controls } = controlled()
  await backend.ping(callAt())
  controls.a.fail(allOperations)
  controls.b.fail(allOperations, { error: new Error('ETIMEDOUT') })
  const error = await Promise.resolve(backend.find('g.a', callAt())).catch(
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof SessionStoreError)) throw error
  expect(error.code).toBe('ERR_STORE_UNAVAILABLE')
  expect(error.detail).toContain("'find' needs 2 of 3 instances")
  expect(error.detail).toMatch(/a failed at .*ECONNREFUSED.* b failed at .*ETIMEDOUT/)
  await expect(backend.ping(callAt())).rejects.toThrow(SessionStoreError)
})

test('an instance that fails is left alone, tried again, and caught up with', async () => {
  const onFailed = vi.fn()
  const { backend, controls } = controlled({ onFailed })
  await backend.ping(callAt())
  const outage = controls.c.fail(allOperations)
  for (let count = 0; count < 200; count++) await backend.find('g.a', callAt())
  expect(outage.count).toBeLessThan(20)
  expect(backend.instances()).toMatchObject([
    { name: 'a', state: 'ready' },
    { name: 'b', state: 'ready' },
    { name: 'c', state: 'failing', error: { detail: expect.stringContaining('ECONNREFUSED') } },
  ])
  expect(onFailed).toHaveBeenCalledWith(expect.objectContaining({ instance: 'c' }))
  outage.stop()
  await vi.waitFor(async () => {
    await backend.find('g.a', callAt())
    expect(backend.instances()[2]).toEqual({ name: 'c', state: 'ready' })
  })
})

test('a failing instance is an event of the manager, and no request notices', async () => {
  const broken = { ...memoryBackend(), find: () => Promise.reject(new Error('ECONNREFUSED')) }
  const instances = { a: memoryBackend(), b: memoryBackend(), c: memoryBackend() }
  const secret = 'a secret of the tests: 7f3b1c9e5d2a8460'
  const first = createSessionManager(devConfig(secret, { store: replicatedStore(instances) }))
  await first.ping()
  const store = replicatedStore({ ...instances, c: broken })
  const manager = createSessionManager(devConfig(secret, { store }))
  const failures: string[] = []
  manager.on('failed', ({ error }) => {
    if (error instanceof SessionStoreError) failures.push(error.detail)
  })
  await manager.ping()
  await manager.sessions('ann')
  expect(failures.length).toBeGreaterThan(0)
  expect(failures[0]).toMatch(/^c failed at 'find': ECONNREFUSED/)
  await manager.close()
})
