import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { createEvents, type SessionEventName } from '../src/events.ts'
import { testManager } from './support.ts'

const id = 'group.a'
const userId = undefined

/** An emitter, and what it warns of. */
function world() {
  const warn = vi.fn()
  return { ...createEvents(warn), warn }
}

test('listeners that fail, now or later, and a logger that throws harm nobody', async () => {
  const warn = vi.fn(() => {
    throw new Error('no logger')
  })
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const { manager } = testManager({ warn })
  manager.on('created', () => {
    throw new Error('now')
  })
  manager.on('created', async () => {
    throw new Error('later')
  })
  await createVisitor(manager).request((session) => session.login('user-1'))
  expect(warn).toHaveBeenCalledTimes(2)
  expect(printed).toHaveBeenCalledTimes(2)
  printed.mockRestore()
})

test('a logger whose promise rejects harms nobody', async () => {
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const error = new Error('the log service is down')
  const warn = async () => Promise.reject(error)
  const { manager } = testManager({ warn })
  manager.on('loggedIn', () => {
    throw new Error('now')
  })
  await createVisitor(manager).request((session) => session.login('user-1'))
  expect(printed).toHaveBeenCalledWith(expect.stringContaining("'loggedIn'"), error)
  printed.mockRestore()
})

describe('a listener that fails is told of by warn, once:', () => {
  const error = new Error('broken')
  const rejecting = Promise.reject(error)
  rejecting.catch(() => undefined)
  test.each<[string, () => unknown]>([
    [
      'it throws',
      () => {
        throw error
      },
    ],
    ['its promise rejects', () => rejecting],
    [
      'what it returns is like a promise, and rejects',
      // biome-ignore lint/suspicious/noThenProperty: that is the case
      () => ({ then: (_: unknown, reject: (error: Error) => void) => reject(error) }),
    ],
    [
      'what it returns is like a promise, and throws',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the case
        then() {
          throw error
        },
      }),
    ],
    [
      'what it returns throws where it is read',
      () => ({
        // biome-ignore lint/suspicious/noThenProperty: that is the case
        get then() {
          throw error
        },
      }),
    ],
  ])('%s', async (_, listener) => {
    const { emit, on, warn } = world()
    const next = vi.fn()
    on('loaded', listener)
    on('loaded', next)
    emit('loaded', { id, userId })
    await new Promise((resolve) => setImmediate(resolve))
    expect(warn.mock.calls).toEqual([[expect.stringContaining("'loaded'"), error]])
    expect(next).toHaveBeenCalledWith({ id, userId })
  })
})

describe('a listener that changes the listeners', () => {
  test('and adds another at each event does not go on for ever; the new one hears the next event', () => {
    const { emit, on } = world()
    const added = vi.fn()
    const add = vi.fn(() => void on('loaded', added))
    on('loaded', add)
    emit('loaded', { id, userId })
    expect([add.mock.calls.length, added.mock.calls.length]).toEqual([1, 0])
    emit('loaded', { id, userId })
    expect([add.mock.calls.length, added.mock.calls.length]).toEqual([2, 1])
  })

  test('and removes itself and the next leaves the others', () => {
    const { emit, on, heard } = world()
    const called: string[] = []
    const removers: (() => void)[] = []
    const add = (name: string, listener = () => {}) =>
      removers.push(
        on('loaded', () => {
          called.push(name)
          listener()
        }),
      )
    add('first', () => {
      removers[0]?.()
      removers[1]?.()
    })
    add('second')
    add('third')
    emit('loaded', { id, userId })
    emit('loaded', { id, userId })
    expect(called).toEqual(['first', 'third', 'third'])
    removers[2]?.()
    removers[2]?.()
    expect(heard.loaded).toBeUndefined()
  })
})

test('a function that is added twice is called twice, and each remover removes one', () => {
  const { emit, on } = world()
  const listener = vi.fn()
  const removers = [on('loaded', listener), on('loaded', listener)]
  emit('loaded', { id, userId })
  expect(listener).toHaveBeenCalledTimes(2)
  for (const left of [1, 0]) {
    listener.mockClear()
    removers[left]?.()
    emit('loaded', { id, userId })
    expect(listener).toHaveBeenCalledTimes(left)
  }
})

test('a listener cannot change what the next one hears', () => {
  const { emit, on, warn } = world()
  const next = vi.fn()
  on('ended', (event) => Object.assign(event, { id: 'another' }))
  on('ended', next)
  emit('ended', { id, reason: 'logout' })
  expect(next).toHaveBeenCalledWith({ id, reason: 'logout' })
  expect(warn).toHaveBeenCalledTimes(1)
})

test('on() refuses a name that no event has, and what is no function', () => {
  const { manager } = testManager()
  const on = (type: string, listener?: unknown) =>
    Reflect.apply(manager.on, manager, [type as SessionEventName, listener])
  expect(() => on('end', () => {})).toThrow(/no event 'end'.*'ended'/)
  expect(() => on('login', () => {})).toThrow(/no event 'login'/)
  expect(() => on('constructor', () => {})).toThrow(/The events are created, loaded/)
  expect(() => on('ended', undefined)).toThrow(/not a function.*manager\.on\('ended'/)
})
