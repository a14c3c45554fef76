import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { testManager, visit } from '../support.ts'

describe('a change after the response', () => {
  test('is told of whenever it comes, once per change, and dropped', async () => {
    const { manager } = testManager()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    const { session, carrier } = await visit(visitor, (first) => {
      first.data['a'] = 1
    })
    carrier.sent = true
    await manager.commit(session, carrier)
    for (const times of [1, 2]) {
      await new Promise(setImmediate)
      session.data['a'] = 2
      await new Promise(setImmediate)
      expect(discarded).toHaveBeenCalledTimes(times)
    }
    expect(session.data['a']).toBe(1)
    await new Promise(setImmediate)
    expect(discarded).toHaveBeenCalledTimes(2)
  })
})
