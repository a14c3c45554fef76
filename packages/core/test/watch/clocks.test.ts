import { createVisitor } from '@sojourn/conformance/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { testManager } from '../support.ts'

const minute = 60_000

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** A user who is logged in. Only the test moves the clock, and no timer goes off. */
async function setUp() {
  const made = testManager({ maxAge: '30m', touchInterval: '1m' })
  const ada = createVisitor(made.manager)
  await ada.request((session) => session.login('ada'))
  const begin = () => made.manager.watch({ cookie: ada.cookie })
  return { ...made, ada, begin }
}

describe('a watch whose clock is set back', () => {
  test('touches at once, so that its session lives on, and not longer than any other', async () => {
    const { manager, begin, clock, ada } = await setUp()
    clock.now += 60 * minute
    const late = createVisitor(manager)
    await late.request((session) => session.login('ada'))
    ada.cookie = late.cookie
    const watch = await begin()
    clock.now -= 60 * minute
    expect(await watch.keepAlive()).toBe(true)
    clock.now += 25 * minute
    expect(await watch.keepAlive()).toBe(true)
    clock.now += 30 * minute
    expect((await late.read())?.userId).toBe('ada')
    clock.now += minute
    expect(await late.read()).toBe(null)
    watch.close()
  })

  test('pauses after a failure for no longer than a touch window', async () => {
    const { begin, clock, fail, takeCalls } = await setUp()
    const watch = await begin()
    clock.now += 60 * minute
    clock.now -= 59 * minute
    const outage = fail('find')
    await expect(watch.keepAlive()).rejects.toThrow()
    outage.stop()
    clock.now -= 60 * minute
    takeCalls()
    expect(await watch.keepAlive()).toBe(true)
    expect(takeCalls()).toContain('find')
    watch.close()
  })
})
