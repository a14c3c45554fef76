import { randomUUID } from 'node:crypto'
import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { guardBackend } from '../../src/keyed/guarded-backend.ts'
import type { Row, SessionBackend } from '../../src/store/backend.ts'
import { t0 } from '../contexts.ts'
import { isEpochRow, rowOf, signedIn, testBackend, testManager, visit } from '../support.ts'

describe('a store in trouble while reading', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED')), 'ERR_STORE_UNAVAILABLE'],
    [
      'throws at once',
      () => {
        throw new Error('not connected')
      },
      'ERR_STORE_UNAVAILABLE',
    ],
    ['hangs', () => new Promise(() => undefined), 'ERR_STORE_TIMEOUT'],
    ['answers undefined', async () => undefined, 'ERR_STORE_CONTRACT'],
    ['answers a string', async () => 'row', 'ERR_STORE_CONTRACT'],
    ['answers half a row', async () => ({ version: 'v' }), 'ERR_STORE_CONTRACT'],
  ])(
    '%s: that is an error with a code and a cause, never a new session',
    async (_title, act, code) => {
      const { manager, visitor, intercept } = await signedIn({ storeTimeout: '250ms' })
      const fault = intercept('find', () => act() as Promise<never>)
      const failed = vi.fn()
      manager.on('failed', failed)
      const before = visitor.cookie
      await expect(visit(visitor)).rejects.toMatchObject({ code, status: 503 })
      expect(failed).toHaveBeenCalledTimes(1)
      fault.stop()
      const { session } = await visit(visitor)
      expect(session.userId).toBe('user-1')
      expect(visitor.cookie).toBe(before)
    },
  )

  test('keeps the cause', async () => {
    const { visitor, fail } = await signedIn()
    fail('find')
    await expect(visit(visitor)).rejects.toMatchObject({
      cause: expect.objectContaining({ message: 'ECONNREFUSED' }),
      headers: { 'Retry-After': '1' },
    })
  })

  test('aborts the signal at the deadline', async () => {
    const aborted = vi.fn()
    const over = testBackend()
    const find: SessionBackend['find'] = (id, call) => {
      const { signal } = call
      if (isEpochRow(id)) return over.backend.find(id, call)
      signal.addEventListener('abort', aborted)
      return new Promise(() => undefined)
    }
    const hanging = { ...over, backend: { ...over.backend, find } }
    const { manager } = testManager({ storeTimeout: '250ms' }, hanging)
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    await expect(visit(visitor)).rejects.toMatchObject({ code: 'ERR_STORE_TIMEOUT' })
    expect(aborted).toHaveBeenCalledTimes(1)
  })
})

describe('a reply that is lost after the write', () => {
  test('of an update: sent again, applied once', async () => {
    const { manager, loseReplies } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['n'] = 0
    })
    const lost = loseReplies('replace', { times: 1 })
    await visitor.request((session) =>
      session.update((data) => {
        data['n'] = Number(data['n']) + 1
      }),
    )
    expect(lost.count).toBe(1)
    await visitor.request((session) => expect(session.data['n']).toBe(1))
  })

  test('of a creation: one session, its cookie good', async () => {
    const { manager, loseReplies } = testManager()
    const visitor = createVisitor(manager)
    const lost = loseReplies('insert', { times: 1 })
    await visitor.request((session) => session.login('user-1'))
    expect(lost.count).toBe(1)
    expect(await manager.sessions('user-1')).toHaveLength(1)
    await visitor.request((session) => expect(session.userId).toBe('user-1'))
  })

  test('of a logout: ended, and the cookie is cleared', async () => {
    const { visitor, loseReplies } = await signedIn()
    const lost = loseReplies('remove', { times: 1 })
    await visitor.request((session) => session.destroy())
    expect(lost.count).toBe(1)
    expect(visitor.cookie).toBeUndefined()
  })

  test('a lost reply with four other writers after it is an unknown outcome, never a second write', async () => {
    const { manager, rows, loseReplies } = testManager()
    const visitor = createVisitor(manager)
    const { session } = await visit(visitor, (first) => first.login('user-1'))
    /** Another writer's version, four of which push every earlier one out of a row's memory. */
    const overwrite = () => {
      const row = rowOf(rows, session.id)
      const priorVersions = [row.version, ...row.priorVersions].slice(0, 3)
      rows.set(session.id, { ...row, version: randomUUID(), priorVersions })
    }
    const meanwhile = async () => {
      for (let n = 0; n < 4; n++) overwrite()
    }
    loseReplies('replace', { times: 1, meanwhile })
    await visitor.request(async (again) => {
      const update = again.update((data) => {
        data['n'] = Number(data['n'] ?? 0) + 1
      })
      await expect(update).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    })
    await visitor.request((last) => expect(last.data['n']).toBe(1))
  })
})

describe('a guarded backend', () => {
  const row: Row = {
    version: 'mine',
    priorVersions: ['before'],
    touchedAt: t0,
    expiresAt: t0 + 1_000,
    value: new Uint8Array(),
  }
  const id = 'group.handle'
  const at = t0
  const down = () => Promise.reject(new Error('ECONNRESET'))

  /** A guard over a backend whose operations do, call by call, what `acts` say. */
  function setUp(acts: Partial<Record<keyof SessionBackend, (() => Promise<unknown>)[]>>) {
    const emit = vi.fn()
    const calls: unknown[][] = []
    const backend = Object.entries(acts).map(([operation, steps]) => {
      const act = (...args: unknown[]) => {
        calls.push([operation, ...args])
        return (steps.shift() ?? (() => expect.fail(`a call too many of ${operation}`)))()
      }
      return [operation, act]
    })
    const guard = guardBackend(Object.fromEntries(backend) as SessionBackend, {
      storeTimeout: 1_000,
      emit,
    })
    const failures = () => emit.mock.calls.map(([, { operation }]) => operation as string)
    return { guard, calls, failures }
  }

  test('passes its arguments on, with the time, the signal and what else the operation takes', async () => {
    const { guard, calls } = setUp({
      insert: [async () => ({ inserted: true, evicted: [] })],
      removeGroup: [async () => ['group.a']],
    })
    const limit = { max: 3, onExceed: 'refuse' } as const
    await guard.insert(id, row, { at, limit, isSolitary: false })
    await guard.removeGroup('group', { at, reason: 'revoked', except: id })
    const signal = expect.any(AbortSignal) as AbortSignal
    expect(calls).toMatchObject([
      ['insert', id, row, { at, limit, isSolitary: false, signal }],
      ['removeGroup', 'group', { at, reason: 'revoked', except: id, signal }],
    ])
  })

  test.each([
    ['insert', { inserted: true, evicted: [] }],
    ['replace', 'replaced'],
    ['remove', row],
  ] as const)('sends %s once more where its outcome is unknown', async (operation, result) => {
    const { guard, calls, failures } = setUp({ [operation]: [down, async () => result] })
    const act = {
      insert: () => guard.insert(id, row, { at }),
      replace: () => guard.replace(id, row, { at, expected: 'before' }),
      remove: () => guard.remove(id, { at, reason: 'logout' }),
    }[operation]
    expect(await act()).toBe(result)
    expect(calls).toHaveLength(2)
    expect(failures()).toEqual([operation])
  })

  test('gives a write up after the second time', async () => {
    const { guard, failures } = setUp({ insert: [down, down] })
    const inserting = guard.insert(id, row, { at })
    await expect(inserting).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    expect(failures()).toEqual(['insert', 'insert'])
  })

  test('sends nothing again whose outcome is known, and no read and no touch', async () => {
    const wrong = async () => 'OK'
    const { guard, failures } = setUp({
      insert: [wrong],
      replace: [wrong],
      remove: [wrong],
      find: [down],
      touch: [down],
      list: [down],
      removeGroup: [down],
      ping: [down],
    })
    const expected = { version: 'before', touchedAt: t0 }
    const outcomes = await Promise.allSettled([
      guard.insert(id, row, { at }),
      guard.replace(id, row, { at, expected: 'before' }),
      guard.remove(id, { at, reason: 'logout' }),
      guard.find(id, at),
      guard.touch(id, row, { at, expected }),
      guard.list('group', at),
      guard.removeGroup('group', { at, reason: 'revoked' }),
      guard.ping(at),
    ])
    const codes = outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)
    expect(codes).toEqual([
      ...Array(3).fill('ERR_STORE_CONTRACT'),
      ...Array(5).fill('ERR_STORE_UNAVAILABLE'),
    ])
    expect(failures().sort()).toEqual(
      ['find', 'insert', 'list', 'ping', 'remove', 'removeGroup', 'replace', 'touch'].sort(),
    )
  })

  test.each<[string, Row, boolean]>([
    ['is the write', { ...row, value: Buffer.from('x') }, true],
    ['follows the write', { ...row, version: 'next', priorVersions: ['mine'] }, true],
    ['is what the write expected', { ...row, version: 'before', priorVersions: [] }, true],
    ['follows what it expected', { ...row, version: 'other', priorVersions: ['before'] }, true],
    ['knows neither', { ...row, version: 'other', priorVersions: ['another'] }, false],
  ])('after a lost reply of replace, a conflict whose row %s', async (_title, found, isSure) => {
    const { guard } = setUp({ replace: [down, async () => ({ conflict: found })] })
    const replacing = guard.replace(id, row, { at, expected: 'before' })
    if (isSure) expect(await replacing).toEqual({ conflict: found })
    else await expect(replacing).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
  })

  test.each([
    ['its own tombstone', { ended: 'logout', at: t0 }, 'row-lost'],
    ['the tombstone of another time', { ended: 'logout', at: t0 - 1 }, null],
    ['the tombstone of another reason', { ended: 'revoked', at: t0 }, null],
    ['nothing', null, null],
  ])('after a lost reply of remove finds %s', async (_title, found, result) => {
    const { guard } = setUp({ remove: [down, async () => null], find: [async () => found] })
    expect(await guard.remove(id, { at, reason: 'logout' })).toBe(result)
  })
})
