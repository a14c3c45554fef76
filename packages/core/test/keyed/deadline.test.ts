import { deferred } from '@sojourn/conformance/testing'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { SessionUsageError } from '../../src/errors.ts'
import {
  createTimeBudget,
  Deadline,
  withDeadline,
  withTimeBudget,
} from '../../src/keyed/deadline.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

const limits = () => ({ timeoutMs: 100, operation: 'find', deadline: new Deadline() })
const never = () => new Promise<never>(() => undefined)

/** The state of a promise once everything that can be done without timers is done. */
async function stateOf(promise: Promise<unknown>): Promise<unknown> {
  const pending = new Promise((resolve) => setImmediate(resolve, 'pending'))
  return Promise.race([promise.catch((error: unknown) => error), pending])
}

describe('an operation with a deadline', () => {
  test('that ends in time keeps its result and leaves no timer', async () => {
    expect(await withDeadline(async () => 7, limits())).toBe(7)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is ended at its deadline and not before, and its signal is aborted', async () => {
    const aborted = vi.fn()
    const running = withDeadline(({ signal }) => {
      signal.addEventListener('abort', aborted)
      return never()
    }, limits())
    vi.advanceTimersByTime(99)
    expect(await stateOf(running)).toBe('pending')
    expect(aborted).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(await stateOf(running)).toMatchObject({
      code: 'ERR_STORE_TIMEOUT',
      detail: expect.stringContaining("'find' within 100 ms"),
    })
    expect(aborted).toHaveBeenCalledTimes(1)
  })

  test('does not abort the signal of an operation that has ended', async () => {
    const held: Deadline[] = []
    await withDeadline(async (deadline) => held.push(deadline), limits())
    vi.advanceTimersByTime(1_000)
    expect(held[0]?.signal.aborted).toBe(false)
  })

  test.each([
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED'))],
    [
      'throws at once',
      () => {
        throw new Error('ECONNREFUSED')
      },
    ],
  ])('that %s is an error of the store, with its cause', async (_title, run) => {
    await expect(withDeadline(run, limits())).rejects.toMatchObject({
      code: 'ERR_STORE_UNAVAILABLE',
      detail: expect.stringContaining("The store failed at 'find': ECONNREFUSED"),
      cause: expect.objectContaining({ message: 'ECONNREFUSED' }),
    })
    expect(vi.getTimerCount()).toBe(0)
  })

  test('keeps an error of Sojourn as it is', async () => {
    const error = new SessionUsageError('ERR_SESSION_TOO_LARGE', 'too large')
    await expect(withDeadline(() => Promise.reject(error), limits())).rejects.toBe(error)
  })
})

describe('a time budget', () => {
  /** Lets time pass, and then the event loop read its sockets: only after that a budget is exhausted. */
  const pass = (ms: number) => {
    vi.advanceTimersByTime(ms)
    return new Promise(setImmediate)
  }

  test('is exhausted when its time has passed, not before', async () => {
    const budget = createTimeBudget(500)
    await pass(499)
    expect(budget.isExhausted()).toBe(false)
    await pass(1)
    expect(budget.isExhausted()).toBe(true)
  })

  test('gives up a promise a fifth of its time after it is exhausted', async () => {
    const budget = createTimeBudget(500)
    const bound = budget.bound(never(), () => new Error('given up'))
    await pass(500)
    await pass(99)
    expect(await stateOf(bound)).toBe('pending')
    const givenUp = expect(bound).rejects.toThrow('given up')
    await pass(1)
    await givenUp
  })

  test('leaves a promise that settles in between to say why itself', async () => {
    const budget = createTimeBudget(500)
    const slow = deferred<never>()
    const bound = budget.bound(slow.promise, () => new Error('given up'))
    await pass(500)
    slow.reject(new Error('written by others'))
    await expect(bound).rejects.toThrow('written by others')
    budget.end()
  })

  test.each([100, 500])('that is ended after %i ms leaves no timer', async (ms) => {
    const budget = createTimeBudget(500)
    void budget.bound(never(), () => new Error('given up'))
    await pass(ms)
    budget.end()
    expect(vi.getTimerCount()).toBe(0)
  })

  test('around work ends with it, however that ends', async () => {
    const timedOut = () => new Error('given up')
    expect(await withTimeBudget(500, async (budget) => budget.isExhausted(), timedOut)).toBe(false)
    const failing = withTimeBudget(500, () => Promise.reject(new Error('down')), timedOut)
    await expect(failing).rejects.toThrow('down')
    expect(vi.getTimerCount()).toBe(0)
    const hanging = expect(withTimeBudget(500, never, timedOut)).rejects.toThrow('given up')
    await pass(500)
    await pass(100)
    await hanging
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('a thenable that is no promise', () => {
  const given = (then: (succeed: (value: number) => void) => void) => () =>
    ({ then }) as unknown as Promise<number>

  test('ends the operation when it calls back, at once or later', async () => {
    expect(
      await withDeadline(
        given((succeed) => succeed(7)),
        limits(),
      ),
    ).toBe(7)
    expect(
      await withDeadline(
        given((succeed) => setImmediate(succeed, 8)),
        limits(),
      ),
    ).toBe(8)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('whose `then` throws fails the operation, and leaves no timer', async () => {
    const onError = vi.fn()
    const broken = given(() => {
      throw new Error('ECONNREFUSED')
    })
    const failure = {
      code: 'ERR_STORE_UNAVAILABLE',
      cause: expect.objectContaining({ message: 'ECONNREFUSED' }),
    }
    await expect(withDeadline(broken, { ...limits(), onError })).rejects.toMatchObject(failure)
    expect(onError).toHaveBeenCalledExactlyOnceWith(expect.objectContaining(failure))
    expect(vi.getTimerCount()).toBe(0)
  })
})
