import { randomBytes } from 'node:crypto'
import { referenceBackend } from '@sojourn/conformance/backend'
import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { createSessionManager, devConfig, type StoreFactory } from '@sojourn/core'
import { keyedStore } from '@sojourn/core/store'
import { expect, test } from 'vitest'
import { createEventLeaks } from '../src/event-leaks.ts'

/** Makes two requests with a store that puts what `tell` returns of a token into an event. */
async function afterRequests(tell: (token: string) => string) {
  const store: StoreFactory = (env) => {
    const inner = keyedStore(referenceBackend())(env)
    return {
      ...inner,
      open([token = '', ...others], offers) {
        const cause = new Error('not found', { cause: new Error(`GET ${tell(token)}`) })
        env.emit('failed', { operation: 'open', error: cause })
        return inner.open([token, ...others], offers)
      },
    }
  }
  const leaks = createEventLeaks()
  const config = devConfig(randomBytes(32), { store, warn: () => undefined })
  const ann = createVisitor(leaks.follow(createSessionManager<TestData>(config)))
  await ann.request((session) => session.login('ann'))
  await ann.request()
  return leaks
}

test.each([
  ['a token', (token: string) => token],
  ['its secret', (token: string) => String(token.split('.')[3])],
])('an event that contains %s is found, however deep', async (_, tell) => {
  const leaks = await afterRequests(tell)
  expect(() => leaks.check()).toThrow('the event failed contains a part of a token')
})

test('an event that contains an id is none', async () => {
  const leaks = await afterRequests((token) => token.split('.').slice(0, 2).join('.'))
  expect(() => leaks.check()).not.toThrow()
})
