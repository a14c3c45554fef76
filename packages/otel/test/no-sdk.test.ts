// Without an SDK nothing is measured: counted, so that no machine's speed decides.
import { createVisitor } from '@sojourn/conformance/testing'
import { afterEach, expect, test, vi } from 'vitest'
import { instrumentSessions } from '../src/index.ts'
import { testManager } from './support.ts'

afterEach(() => vi.restoreAllMocks())

test('no clock is read for it', async () => {
  const { manager } = testManager()
  const visitor = createVisitor(manager)
  await visitor.request((session) => session.login('ada'))
  const read = vi.spyOn(performance, 'now')
  const readsOf = async () => {
    read.mockClear()
    for (let n = 0; n < 100; n++)
      await visitor.request(({ data }) => void Object.assign(data, { n, read: Math.random() }))
    return read.mock.calls.length
  }
  const before = await readsOf()
  instrumentSessions(manager)
  expect(await readsOf()).toBe(before)
})

test('an unknown option, and a count that the store cannot give, are refused', () => {
  const { manager } = testManager()
  expect(() => instrumentSessions(manager, { spans: true } as never)).toThrow('spans')
})
