import { createVisitor } from '@sojourn/conformance/testing'
import { expect, test, vi } from 'vitest'
import { testManager } from '../support.ts'

test('what is set on the session itself is told once, in development, and kept by nobody', async () => {
  const told = vi.fn()
  for (const development of [true, false]) {
    const { manager } = testManager({ development, warn: told })
    for (const _visit of [1, 2])
      await createVisitor(manager).request((session) => {
        Object.assign(session, { views: 1 })
        Object.defineProperty(session, 'passport', { get: () => 'an accessor', enumerable: true })
      })
  }
  expect(told.mock.calls).toEqual([[expect.stringContaining('session.data.views')]])
})

test('a limit that is set on the session is told where limits are set', async () => {
  const told = vi.fn()
  const { manager } = testManager({ warn: told })
  await createVisitor(manager).request((session) => void Object.assign(session, { maxAge: 0 }))
  expect(told.mock.calls).toEqual([[expect.stringContaining('maxAge of createSessionManager()')]])
})
