import { createVisitor } from '@sojourn/conformance/testing'
import pino from 'pino'
import { describe, expect, test, vi } from 'vitest'
import winston from 'winston'
import { SessionStoreError } from '../../src/errors.ts'
import { eventNames } from '../../src/events.ts'
import { type EventLogger, logEvents } from '../../src/manager/log-events.ts'
import { testManager } from '../support.ts'

/** A login, a logout, and a request whose store fails, told to a logger. */
async function told(logger: EventLogger, options = {}) {
  const { manager, fail } = testManager()
  const stop = logEvents(manager, logger, options)
  const ann = createVisitor(manager)
  await ann.request((session) => session.login('ann'))
  const id = await ann.request((session) => session.id)
  fail('find')
  await ann.request().catch(() => undefined)
  return { id, stop, ann, manager }
}

const failure = {
  event: 'failed',
  operation: 'find',
  error: expect.objectContaining({
    name: 'SessionStoreError',
    code: 'ERR_STORE_UNAVAILABLE',
    stack: expect.stringContaining('SessionStoreError'),
    cause: expect.objectContaining({ name: 'Error' }),
  }),
}

describe('one line plugs in', () => {
  test('pino', async () => {
    const lines: string[] = []
    const { id } = await told(pino({ level: 'debug' }, { write: (line) => void lines.push(line) }))
    const entries = lines.map((line) => JSON.parse(line))
    const user = { id, userId: 'ann' }
    expect(entries).toEqual([
      expect.objectContaining({ level: 20, event: 'created', msg: 'session created', ...user }),
      expect.objectContaining({ level: 30, event: 'loggedIn', msg: 'user logged in', ...user }),
      expect.objectContaining({ level: 50, msg: 'session operation failed', ...failure }),
    ])
  })

  test('a child of pino', async () => {
    const lines: string[] = []
    const parent = pino({}, { write: (line) => void lines.push(line) })
    await told(parent.child({ app: 'shop' }))
    expect(JSON.parse(String(lines[0]))).toMatchObject({ app: 'shop', event: 'loggedIn' })
  })

  test('winston', async () => {
    const entries: Record<string, unknown>[] = []
    const format = winston.format((entry) => {
      entries.push(JSON.parse(JSON.stringify(entry)))
      return false
    })
    const transports = [new winston.transports.Console()]
    const logger = winston.createLogger({ level: 'debug', format: format(), transports })
    const { id } = await told(logger)
    const user = { id, userId: 'ann' }
    expect(entries).toEqual([
      { level: 'debug', message: 'session created', event: 'created', ...user },
      { level: 'info', message: 'user logged in', event: 'loggedIn', again: false, ...user },
      { level: 'error', message: 'session operation failed', ...failure },
    ])
  })

  test('console', async () => {
    const printed: unknown[][] = []
    const levels = ['debug', 'info', 'warn', 'error'] as const
    const spies = levels.map((level) =>
      vi.spyOn(console, level).mockImplementation((...args) => void printed.push([level, ...args])),
    )
    const { id } = await told(console)
    for (const spy of spies) spy.mockRestore()
    const user = { id, userId: 'ann' }
    const login = { event: 'loggedIn', again: false, previousId: undefined, ...user }
    expect(printed).toEqual([
      ['debug', 'session created', { event: 'created', ...user }],
      ['info', 'user logged in', login],
      ['error', 'session operation failed', failure],
    ])
  })
})

/** A logger that keeps its calls. */
function keeper() {
  const calls: unknown[][] = []
  const level =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args])
  const logger = {
    debug: level('debug'),
    info: level('info'),
    warn: level('warn'),
    error: level('error'),
  }
  return {
    logger,
    calls,
    names: () => calls.map(([name, , fields]) => [name, Object(fields).event]),
  }
}

test('levels can be changed and events left out; the order of the arguments too', async () => {
  const { logger, calls } = keeper()
  const levels = { created: 'off', loaded: 'warn', failed: 'info', loggedIn: 'off' }
  await told(logger, { levels, order: 'fields-first' })
  expect(calls).toEqual([
    ['warn', expect.objectContaining({ event: 'loaded', userId: 'ann' }), 'session loaded'],
    ['info', failure, 'session operation failed'],
  ])
})

test('nobody listens to the events of every request, so that they are not made', () => {
  const { manager } = testManager()
  const on = vi.fn(() => () => undefined)
  logEvents({ ...manager, on }, console)
  const names = on.mock.calls.map(([name]: unknown[]) => name)
  const usual = ['loaded', 'committed', 'touched']
  expect(names).toEqual(Object.keys(eventNames).filter((name) => !usual.includes(name)))
})

test('a refused token is for debugging, since anybody can send one; lost changes are a warning', async () => {
  const { manager } = testManager()
  const { logger, names } = keeper()
  logEvents(manager, logger)
  await createVisitor(manager, 'sid=forged').request()
  const { session, carrier, finish } = await createVisitor(manager).begin()
  carrier.sent = true
  session.data['n'] = 1
  await finish()
  expect(names()).toEqual([
    ['debug', 'discarded'],
    ['warn', 'discarded'],
  ])
})

test('it can be stopped, and a logger that throws harms no request', async () => {
  const { logger, calls } = keeper()
  const { stop, ann, manager } = await told(logger)
  stop()
  calls.length = 0
  logEvents(manager, {
    ...logger,
    info() {
      throw new Error('disk full')
    },
  })
  await manager.revokeAll('ann')
  expect(calls).toEqual([])
  expect(ann.cookie).toBeDefined()
})

test('an error is logged with what operators need, and causes to a depth of five', () => {
  const { logger, calls } = keeper()
  const listeners = new Map<string, (event: object) => unknown>()
  const on = (name: string, listener: (event: never) => unknown) => {
    listeners.set(name, listener as (event: object) => unknown)
    return () => undefined
  }
  logEvents({ on }, logger)
  const loop = new Error('again')
  loop.cause = loop
  const error = new SessionStoreError('ERR_STORE_UNAVAILABLE', 'No connection to 10.0.0.1.', loop)
  listeners.get('failed')?.({ operation: 'find', error })
  const [, , fields] = calls[0] ?? []
  expect(Object(fields).error.message).toBe('No connection to 10.0.0.1.')
  expect(JSON.stringify(fields).split('"again"').length - 1).toBeLessThanOrEqual(6)
})

test.each<[string, unknown, object, RegExp]>([
  ['no logger', undefined, {}, /logger without debug\(\).*Give console/],
  ['a logger without a level', { debug() {}, info() {}, warn() {} }, {}, /without error\(\)/],
  ['an unknown option', console, { level: 'info' }, /no option level.*levels/],
  ['an unknown event', console, { levels: { end: 'info' } }, /no option end.*ended/],
  ['an unknown level', console, { levels: { ended: 'trace' } }, /'trace'.*Give one of debug/],
])('%s is refused', (_, logger, options, message) => {
  const { manager } = testManager()
  const call = () => Reflect.apply(logEvents, undefined, [manager, logger, options])
  expect(call).toThrow(message)
})
