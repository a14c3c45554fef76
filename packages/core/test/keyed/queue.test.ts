import { expect, test, vi } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import { browser, managerOver, mapBackend, timeless, visit } from '../support.ts'

test('who waits behind a write that the store does not answer fails with it', async () => {
  const backend = mapBackend()
  const hanging = { isOn: false }
  const replace: SessionBackend['replace'] = (...args) =>
    hanging.isOn ? new Promise(() => undefined) : backend.replace(...args)
  const { manager } = managerOver({ ...backend, replace }, { storeTimeout: '200ms' })
  const visitor = browser()
  await visit(manager, visitor, (session) => session.login('user-1'))
  const sessions = await Promise.all(
    Array.from({ length: 50 }, () => manager.load(visitor.carrier())),
  )
  hanging.isOn = true
  const failed = vi.fn()
  manager.on('failed', failed)
  const set = (data: Record<string, unknown>) => Object.assign(data, { n: 1 })
  const outcomes = await timeless(() =>
    Promise.allSettled(sessions.map((session) => session.update(set))),
  )
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(failed.mock.calls.length).toBeLessThanOrEqual(2)
})
