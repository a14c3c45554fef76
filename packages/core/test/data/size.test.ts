import { describe, expect, test } from 'vitest'
import { browser, counted, managerOver, mapBackend, visit } from '../support.ts'

describe('data', () => {
  test('too large is refused before any I/O, with its size and the bound', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend, { maxDataBytes: 100 })
    const visitor = browser()
    const large = (session: { data: Record<string, unknown> }) => {
      session.data['text'] = 'x'.repeat(100)
    }
    await expect(visit(manager, visitor, large)).rejects.toThrow(
      /takes 111 bytes, above maxDataBytes \(100\)/,
    )
    expect(calls).toEqual([])
    await visit(manager, visitor, (session) => {
      session.data['n'] = 1
    })
    calls.length = 0
    await expect(visit(manager, visitor, large)).rejects.toMatchObject({
      code: 'ERR_SESSION_TOO_LARGE',
    })
    expect(calls).toEqual(['find'])
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ n: 1 }))
  })
})
