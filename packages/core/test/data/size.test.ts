import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { testManager, visit } from '../support.ts'

describe('data', () => {
  test('too large is refused before any I/O, with its size and the bound', async () => {
    const { manager, calls } = testManager({ maxDataBytes: 100 })
    const visitor = createVisitor(manager)
    const large = (session: { data: Record<string, unknown> }) => {
      session.data['text'] = 'x'.repeat(100)
    }
    await expect(visit(visitor, large)).rejects.toThrow(
      /takes 111 bytes, above maxDataBytes \(100\)/,
    )
    expect(calls).toEqual([])
    await visitor.request((session) => {
      session.data['n'] = 1
    })
    calls.length = 0
    await expect(visit(visitor, large)).rejects.toMatchObject({
      code: 'ERR_SESSION_TOO_LARGE',
    })
    expect(calls).toEqual(['find'])
    await visitor.request((session) => expect(session.data).toEqual({ n: 1 }))
  })
})
