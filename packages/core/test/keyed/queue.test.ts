import { createVisitor, deferred } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { SessionStoreError } from '../../src/errors.ts'
import { createQueue } from '../../src/keyed/queue.ts'
import { testManager, timeless } from '../support.ts'

test('who waits behind a write that the store does not answer fails with it', async () => {
  const { manager, hold } = testManager({ storeTimeout: '200ms' })
  const visitor = createVisitor(manager)
  await visitor.request((session) => session.login('user-1'))
  const requests = await Promise.all(Array.from({ length: 50 }, () => visitor.begin()))
  hold('replace')
  const failed = vi.fn()
  manager.on('failed', failed)
  const set = (data: Record<string, unknown>) => Object.assign(data, { n: 1 })
  const outcomes = await timeless(() =>
    Promise.allSettled(requests.map(({ session }) => session.update(set))),
  )
  expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
  expect(failed.mock.calls.length).toBeLessThanOrEqual(2)
})

describe('a queue', () => {
  /** A task that notes when it begins and ends when the test says so. */
  function setUp() {
    const queue = createQueue()
    const begun: string[] = []
    const add = (key: string, name: string) => {
      const { promise, resolve, reject } = deferred<string>()
      const done = queue(key, () => {
        begun.push(name)
        return promise
      })
      Promise.resolve(done).catch(() => undefined)
      return { done, finish: () => resolve(name), fail: reject }
    }
    const settle = () => new Promise(setImmediate)
    return { add, begun, settle }
  }

  const down = new SessionStoreError('ERR_STORE_TIMEOUT', 'The store did not answer')

  test('runs the tasks of one key one after another, in the order of the calls', async () => {
    const { add, begun, settle } = setUp()
    const [first, second, third] = [add('a', 'first'), add('a', 'second'), add('a', 'third')]
    third.finish()
    second.finish()
    await settle()
    expect(begun).toEqual(['first'])
    first.finish()
    expect(await Promise.all([first.done, second.done, third.done])).toEqual([
      'first',
      'second',
      'third',
    ])
    expect(begun).toEqual(['first', 'second', 'third'])
  })

  test('lets the tasks of another key pass', async () => {
    const { add, begun, settle } = setUp()
    add('a', 'held')
    const other = add('b', 'other')
    await settle()
    expect(begun).toEqual(['held', 'other'])
    other.finish()
    expect(await other.done).toBe('other')
  })

  test('fails all that wait behind a task that failed by the store, and never begins them', async () => {
    const { add, begun, settle } = setUp()
    const [first, second, third] = [add('a', 'first'), add('a', 'second'), add('a', 'third')]
    const elsewhere = add('b', 'elsewhere')
    first.fail(down)
    for (const { done } of [first, second, third]) await expect(done).rejects.toBe(down)
    elsewhere.finish()
    expect(await elsewhere.done).toBe('elsewhere')
    await settle()
    expect(begun).toEqual(['first', 'elsewhere'])
  })

  test('begins anew once it is empty: the next task is run though the last one failed', async () => {
    const { add, settle } = setUp()
    const first = add('a', 'first')
    first.fail(down)
    await expect(first.done).rejects.toBe(down)
    await settle()
    const next = add('a', 'next')
    next.finish()
    expect(await next.done).toBe('next')
  })

  test('goes on behind a task that failed for another reason', async () => {
    const { add } = setUp()
    const [first, second] = [add('a', 'first'), add('a', 'second')]
    first.fail(new Error('thrown by an update'))
    second.finish()
    await expect(first.done).rejects.toThrow('thrown by an update')
    expect(await second.done).toBe('second')
  })
})
