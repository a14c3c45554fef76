import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig } from '@sojourn/core'
import { keyedStore, type SessionBackend } from '@sojourn/core/store'
import { expect, test } from 'vitest'

/** Every number that a backend receives, by the name of its field. */
function spied(backend: SessionBackend, received: [string, number][]): SessionBackend {
  const note = (value: object): void => {
    for (const [name, field] of Object.entries(value)) {
      if (typeof field === 'number') received.push([name, field])
      else if (field && typeof field === 'object' && !ArrayBuffer.isView(field)) note(field)
    }
  }
  const noting = <Args extends object[], Result>(args: Args, result: Result): Result => {
    for (const arg of args) note(arg)
    return result
  }
  return {
    ...backend,
    find: (id, call) => noting([call], backend.find(id, call)),
    insert: (id, row, call) => noting([row, call], backend.insert(id, row, call)),
    replace: (id, row, call) => noting([row, call], backend.replace(id, row, call)),
    touch: (id, times, call) => noting([times, call], backend.touch(id, times, call)),
    remove: (id, call) => noting([call], backend.remove(id, call)),
  }
}

test('a clock with fractions, and limits that a quarter does not divide, reach no store', async () => {
  const received: [string, number][] = []
  const clock = { now: Date.UTC(2030, 0, 1) + 0.75 }
  const store = keyedStore(spied(referenceBackend({ scans: false }), received))
  const manager = createSessionManager<TestData>(
    devConfig('kq3Vf8zr2LmXw7Tn5Jc9Hs1Yd4Bg6Ep0Qa', {
      store,
      clock: () => clock.now,
      maxAge: 100_001,
      touchInterval: 25_000,
      rotationInterval: '20m',
    }),
  )
  const ann = createVisitor(manager)
  await ann.request((session) => session.login('ann', { maxAge: 1_001 }))
  clock.now += 300.4
  await ann.request() // touches
  await ann.request((session) => Object.assign(session.data, { n: 1 }))
  await ann.request((session) => session.destroy())
  expect([...new Set(received.map(([name]) => name))].sort()).toEqual([
    'at',
    'expiresAt',
    'touchedAt',
  ])
  expect(received.filter(([, time]) => !Number.isInteger(time))).toEqual([])
})
