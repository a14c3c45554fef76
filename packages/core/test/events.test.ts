import { createVisitor } from '@sojourn/conformance/testing'
import { expect, test, vi } from 'vitest'
import { testManager } from './support.ts'

test('listeners that fail, now or later, and a logger that throws harm nobody', async () => {
  const warn = vi.fn(() => {
    throw new Error('no logger')
  })
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const { manager } = testManager({ warn })
  manager.on('created', () => {
    throw new Error('now')
  })
  manager.on('created', async () => {
    throw new Error('later')
  })
  await createVisitor(manager).request((session) => session.login('user-1'))
  expect(warn).toHaveBeenCalledTimes(2)
  expect(printed).toHaveBeenCalledTimes(2)
  printed.mockRestore()
})
