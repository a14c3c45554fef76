import { createVisitor } from '@sojourn/conformance/testing'
import { createTestCarrier } from '@sojourn/core/testing'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { createTracing, type SessionTracer, type TracedOperation } from '../src/tracing.ts'
import { testBackend, testManager } from './support.ts'

/** A tracer that records where operations begin and end: `load(find)`. */
function recorder() {
  const seen: string[] = []
  const tracer: SessionTracer = (operation, run) => {
    seen.push(`${operation}(`)
    const end = () => void seen.push(')')
    run().then(end, end)
  }
  return { tracer, take: () => seen.splice(0).join('').replaceAll('()', '') }
}

/** Resolves when Node has reported unhandled rejections, which would end a process. */
const settled = () => new Promise((resolve) => setImmediate(resolve))
const unhandled = vi.fn()
beforeAll(() => void process.on('unhandledRejection', unhandled))
afterAll(() => void process.off('unhandledRejection', unhandled))
afterEach(() => expect(unhandled).not.toHaveBeenCalled())

describe('a tracer sees', () => {
  const made = testManager()
  const { tracer, take } = recorder()
  made.manager.trace(tracer)
  const visitor = createVisitor(made.manager)
  const other = createVisitor(made.manager)

  test('nothing of a request without a token that writes nothing', async () => {
    await visitor.request()
    expect(take()).toBe('')
  })

  test('the operations of a session and the calls of the database beneath', async () => {
    await visitor.request((session) => {
      session.data['n'] = 1
    })
    expect(take()).toBe('commit(insert)')
    await visitor.request((session) => session.update((data) => (data['n'] = 2)))
    expect(take()).toBe('load(find)update(replace)')
    await visitor.request((session) => session.login('ann'))
    expect(take()).toBe('load(find)login(insertremove)')
    await visitor.request((session) => session.addFactor({ method: 'otp' }))
    expect(take()).toBe('load(find)addFactor(replace)')
    await visitor.request((session) => session.destroy())
    expect(take()).toBe('load(find)destroy(remove)')
    await other.request((session) => session.login('bob'))
    expect(take()).toBe('login(insert)')
    await other.request((session) => session.destroyAll())
    expect(take()).toBe('load(find)destroyAll(removeGroupremove)')
  })

  test('a read, a token that is refused, and what operators call', async () => {
    await other.request((session) => session.login('bob'))
    take()
    await made.manager.read({ cookie: other.cookie })
    expect(take()).toBe('read(find)')
    await made.manager.load(createTestCarrier({ cookie: 'sid=forged' }))
    expect(take()).toBe('load')
    await made.manager.ping()
    expect(take()).toBe('ping')
  })
})

test('the steps of a scan are not traced: there are as many as sessions', async () => {
  const { manager } = testManager({}, testBackend({ scans: true }))
  await createVisitor(manager).request((session) => session.login('ann'))
  const { tracer, take } = recorder()
  manager.trace(tracer)
  let scanned = 0
  for await (const _ of manager.scan()) scanned++
  expect(scanned).toBe(1)
  expect(take()).toBe('find') // of the epochs
})

test('each attempt is traced, and how it ended', async () => {
  const made = testManager()
  const visitor = createVisitor(made.manager)
  await visitor.request((session) => session.login('ann'))
  const seen: string[] = []
  made.manager.trace((operation, run) => {
    run().then(
      () => seen.push(operation),
      (error) => seen.push(`${operation} ${error.code}`),
    )
  })
  made.fail('replace', { times: 1 })
  await visitor.request((session) => session.update((data) => (data['n'] = 1)))
  expect(seen).toEqual(['find', 'load', 'replace ERR_STORE_UNAVAILABLE', 'replace', 'update'])
})

describe('a tracer cannot change an operation, nor keep it from other tracers:', () => {
  const run = () => Promise.resolve('result')
  const cases: Record<string, SessionTracer> = {
    'one that does not call it': () => undefined,
    'one that calls it twice': (_, inner) => {
      void inner()
      void inner()
    },
    'one that throws before': () => {
      throw new Error('broken')
    },
    'one that throws after': (_, inner) => {
      void inner()
      throw new Error('broken')
    },
  }
  test.each(Object.entries(cases))('%s', async (name, tracer) => {
    const warn = vi.fn()
    const { tracing, trace } = createTracing(warn)
    const [outer, inner] = [recorder(), recorder()]
    trace(outer.tracer)
    trace(tracer)
    trace(inner.tracer)
    const counted = vi.fn(run)
    expect(await tracing.run('load', counted)).toBe('result')
    expect(counted).toHaveBeenCalledOnce()
    await Promise.resolve()
    expect([outer.take(), inner.take()]).toEqual(['load', 'load'])
    expect(warn).toHaveBeenCalledTimes(name.includes('throws') ? 1 : 0)
  })

  test.each<[string, SessionTracer]>([
    ['an async one', async (_, inner) => void (await inner())],
    ['one that returns what it derives', (_, inner) => inner().then(() => undefined)],
  ])('%s rejects with the operation, and that is no failure of its own', async (_, tracer) => {
    const warn = vi.fn()
    const { tracing, trace } = createTracing(warn)
    trace(tracer)
    const error = new Error('down')
    await expect(tracing.run('find', () => Promise.reject(error))).rejects.toBe(error)
    await settled()
    expect(warn).not.toHaveBeenCalled()
  })

  test.each<[string, SessionTracer]>([
    ['an async one', async () => Promise.reject(new Error('broken'))],
    [
      'one that fails after the operation',
      (_, inner) =>
        inner().finally(() => {
          throw new Error('broken')
        }),
    ],
  ])('%s that rejects by itself is reported', async (_, tracer) => {
    for (const run of [async () => 'result', () => Promise.reject(new Error('down'))]) {
      const warn = vi.fn()
      const { tracing, trace } = createTracing(warn)
      trace(tracer)
      await tracing.run('find', run).catch(() => undefined)
      await settled()
      const problem = "A tracer failed at 'find'. Mend it; the session is unharmed."
      expect(warn.mock.calls).toEqual([[problem, new Error('broken')]])
    }
  })

  test('nor its error', async () => {
    const { tracing, trace } = createTracing(() => undefined)
    trace((_, inner) => void inner().catch(() => 'instead'))
    const error = new Error('down')
    await expect(tracing.run('find', () => Promise.reject(error))).rejects.toBe(error)
  })
})

test('tracers are nested in the order in which they were added, and can be removed', async () => {
  const { tracing, trace } = createTracing(() => undefined)
  const order: string[] = []
  const named =
    (name: string): SessionTracer =>
    (_, run) => {
      order.push(name)
      void run()
    }
  const first = named('first')
  const removers = [trace(first), trace(named('second')), trace(first)]
  const run = (operation: TracedOperation) => tracing.run(operation, async () => order.push('run'))
  await run('load')
  expect(order.splice(0)).toEqual(['first', 'second', 'first', 'run'])
  removers[0]?.()
  await run('load')
  expect(order.splice(0)).toEqual(['second', 'first', 'run'])
  for (const remove of removers) remove()
  expect(tracing.isActive).toBe(false)
})

test('what is no function is refused', () => {
  const { manager } = testManager()
  expect(() => manager.trace(true as never)).toThrow('The tracer is true, not a function')
})
