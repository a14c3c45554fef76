import { inspect } from 'node:util'
import { createTestCarrier, createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import type { Session } from '../../src/session/session.ts'
import { signedIn, testManager, visit } from '../support.ts'

describe('a session shows', () => {
  test('no token in its JSON, its inspection or its errors', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    const secret = visitor.cookie?.split('.').at(-2) ?? ''
    expect(secret).toHaveLength(32)
    await visitor.request((session) => {
      const shown = JSON.stringify(session) + inspect(session, { depth: 9, showHidden: true })
      expect(shown).toContain(session.id)
      expect(shown).not.toContain(secret)
    })
  })

  test('its ages and limits', async () => {
    const { manager, clock } = testManager({ maxAge: '30m', absoluteTimeout: '8h' })
    const visitor = createVisitor(manager)
    const { session } = await visit(visitor, (session) =>
      session.login('user-1', { client: { browser: 'Firefox' } }),
    )
    expect(session.info).toEqual({
      id: session.id,
      userId: 'user-1',
      createdAt: clock.now,
      lastSeenAt: clock.now,
      remainingMs: 31 * 60_000,
      rotatedAt: clock.now,
      authenticatedAt: clock.now,
      expiresAt: clock.now + 31 * 60_000,
      absoluteExpiresAt: clock.now + 8 * 3_600_000,
      client: { browser: 'Firefox' },
    })
  })
})

test('a session is consulted by each of its members, and not by being passed around', async () => {
  const { manager } = testManager()
  const varyAfter = async (use: (session: Session<TestData>) => unknown) => {
    const carrier = createTestCarrier()
    const session = await manager.load(carrier)
    await use(session)
    await manager.commit(session, carrier)
    return carrier.responseHeaders.get('vary')
  }
  const uses: ((session: Session<TestData>) => unknown)[] = [
    (session) => session.data,
    (session) => session.id,
    (session) => session.userId,
    (session) => session.isNew,
    (session) => session.ended,
    (session) => session.info,
    (session) => session.isReadOnly,
    (session) => session.flash.take('info'),
    (session) => session.verifyCsrfToken('token'),
    (session) => expect(() => session.requireUser()).toThrow(),
    (session) => expect(() => session.requireRecent('1m')).toThrow(),
    (session) => session.update(() => undefined),
    (session) => session.destroy(),
  ]
  for (const use of uses) expect(await varyAfter(use), String(use)).toBe('Cookie')
  expect(await varyAfter((session) => new Map([[session, 1]]))).toBeUndefined()
})

test('what may be logged of a session is its id, its user and whether it is new', async () => {
  const { manager } = testManager()
  const { session } = await visit(createVisitor(manager), (first) => first.login('ada'))
  expect(JSON.parse(JSON.stringify(session))).toEqual({
    id: session.id,
    userId: 'ada',
    isNew: true,
  })
})

describe('idioms of other libraries', () => {
  test('destroy(callback) calls back when the session has ended', async () => {
    const visitor = createVisitor(testManager().manager)
    await visitor.request((session) => session.login('ann'))
    const { session, finish } = await visitor.begin()
    const ended = await new Promise((resolve) => {
      const callback = (error?: unknown) => resolve(error ?? session.ended)
      session.destroy(callback as never)
    })
    expect(ended).toBe('logout')
    await finish()
    expect(visitor.cookie).toBeUndefined()
  })

  test('and with the error where that fails', async () => {
    const { manager } = testManager()
    const session = await manager.read({})
    const error = await new Promise((resolve) => session.destroy(resolve as never))
    expect(error).toMatchObject({ code: 'ERR_SESSION_READ_ONLY' })
  })

  test('delete session.userId fails the commit in development, and says how to log out', async () => {
    const { visitor } = await signedIn()
    const { session, finish } = await visitor.begin()
    Reflect.deleteProperty(session, 'userId')
    const message = expect.stringContaining('await session.destroy()')
    await expect(finish()).rejects.toMatchObject({ code: 'ERR_CONFIG_INVALID', message })
    await finish() // as for the response of the error
    expect(session.userId).toBe('user-1')
  })

  test('session.userId = id says how to log in', async () => {
    const { session } = await createVisitor(testManager().manager).begin()
    expect(() => Object.assign(session, { userId: 'ann' })).toThrow('await session.login(userId)')
  })
})
