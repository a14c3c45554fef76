import { createTestCarrier } from '@sojourn/core/testing'
import { expect, test } from 'vitest'
import { commit } from '../../src/session/commit/commit.ts'
import { loadSession } from '../../src/session/load/load.ts'
import { createOperations } from '../../src/session/operations/operations.ts'
import { type Session, stateOf } from '../../src/session/session.ts'
import { minute, sessionContext } from '../contexts.ts'

test('while nobody listens, no event is made of a load, a touch and a commit', async () => {
  const { context, clock, emit, calls } = sessionContext()
  const operations = createOperations(context)
  let cookie: string | undefined
  const request = async (handle: (session: Session<{ n?: number }>) => void) => {
    const carrier = createTestCarrier({ cookie })
    const session = await loadSession<{ n?: number }>({ context, operations }, carrier, carrier)
    handle(session)
    await commit(context, stateOf(session), carrier)
    cookie = carrier.setCookies[0]?.split(';', 1).join() ?? cookie
  }
  await request(({ data }) => {
    data.n = 1
  })
  expect(emit.mock.calls).toEqual([['created', expect.anything()]])
  clock.now += 5 * minute
  await request(({ data }) => void data.n)
  await request(({ data }) => {
    data.n = 2
  })
  expect(calls).toEqual(['insert', 'find', 'touch', 'find', 'replace'])
  expect(emit).toHaveBeenCalledTimes(1)
})
