import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { markPassive } from '../../src/session/passive.ts'
import type { Session } from '../../src/session/session.ts'
import { signedIn } from '../support.ts'

const minute = 60_000
type Data = Record<string, unknown>

/** A user who is logged in, a token that is due for its next one, and passive requests. */
async function polled(options: Parameters<typeof signedIn>[0] = {}) {
  const made = await signedIn({ rotationInterval: '15m', maxAge: '30m', ...options })
  const poll = async (handle: (session: Session<Data>) => unknown = () => undefined) => {
    const { session, setCookies, finish } = await made.visitor.begin()
    markPassive(session, undefined, () => true)
    await handle(session)
    await finish()
    return { session, setCookies }
  }
  return { ...made, poll }
}

describe('a passive request', () => {
  test('costs a look-up, touches nothing and offers no token, however old the token is', async () => {
    const { poll, clock, calls } = await polled()
    for (let n = 0; n < 5; n++) {
      clock.now += 5 * minute
      expect((await poll()).setCookies).toEqual([])
    }
    expect(calls).toEqual(Array(5).fill('find'))
    clock.now += 6 * minute
    expect((await poll()).session.userId).toBeUndefined()
  })

  test('does not repeat an offer that is overdue, nor confirm one', async () => {
    const { poll, clock, calls, visitor } = await polled()
    clock.now += 15 * minute
    const lost = visitor.copy()
    await visitor.request() // offers
    const [old, next] = [lost.cookie, visitor.cookie]
    clock.now += 2 * minute
    calls.length = 0
    visitor.cookie = old
    expect((await poll()).setCookies).toEqual([])
    visitor.cookie = next
    expect((await poll()).setCookies).toEqual([])
    expect(calls).toEqual(['find', 'find'])
    await visitor.request()
    expect(calls).toContain('replace') // an active request confirms
  })

  test('writes what it changes, by data and by update(), and is not prolonged by that', async () => {
    const { poll, clock, visitor } = await polled()
    const before = await visitor.request((session) => session.info?.expiresAt)
    clock.now += 10 * minute
    await poll(({ data }) => Object.assign(data, { a: 1 }))
    await poll((session) =>
      session.update((data) => {
        data['b'] = 2
      }),
    )
    const { session } = await poll()
    expect(session.data).toEqual({ n: 1, a: 1, b: 2 })
    expect(session.info?.expiresAt).toBe(before)
  })

  test('of rotate() replaces the token, and of login() restarts the limits', async () => {
    const { poll, clock, visitor } = await polled()
    clock.now += 10 * minute
    const before = (await poll()).session.info?.expiresAt ?? 0
    expect((await poll((session) => session.rotate())).setCookies).toHaveLength(1)
    expect((await poll()).session.info?.expiresAt).toBe(before)
    const old = visitor.copy()
    await poll((session) => session.login('user-1'))
    expect(await old.read()).toBeNull()
    expect((await poll()).session.userId).toBe('user-1')
  })

  test('notices a replay', async () => {
    const { manager, clock, visitor } = await polled()
    const thief = visitor.copy()
    await visitor.request((session) => session.rotate())
    clock.now += 10 * minute
    const carrier = createTestCarrier({ cookie: thief.cookie })
    const session = await manager.load(carrier)
    markPassive(session, undefined, () => true)
    await manager.commit(session, carrier)
    expect(session.ended).toBe('replayed')
  })

  test('creates a session for a visitor who puts something into it', async () => {
    const { manager } = await polled()
    const visitor = createVisitor(manager)
    const { session, finish } = await visitor.begin()
    markPassive(session, undefined, () => true)
    session.data['n'] = 1
    await finish()
    expect((await visitor.read())?.data).toEqual({ n: 1 })
  })
})

describe('session.info', () => {
  test('tells how long is left, by the clock of the server', async () => {
    const { poll, clock } = await polled()
    clock.now += 10 * minute
    const { info } = (await poll()).session
    expect(info?.remainingMs).toBe(21 * minute)
    expect(info?.expiresAt).toBe(clock.now + 21 * minute)
  })

  test('includes what the request prolongs, but for the absolute limit', async () => {
    const { clock, visitor } = await polled({ absoluteTimeout: '1h' })
    const left = () => visitor.request((session) => session.info?.remainingMs)
    clock.now += 25 * minute
    expect(await left()).toBe(31 * minute)
    clock.now += minute / 2
    expect(await left()).toBe(30.5 * minute) // no touch is due
    clock.now += 24.5 * minute
    expect(await left()).toBe(10 * minute)
  })

  test('of a session that is only read includes nothing', async () => {
    const { manager, clock, visitor } = await polled()
    clock.now += 25 * minute
    const { info } = await manager.read({ cookie: visitor.cookie })
    expect(info?.remainingMs).toBe(6 * minute)
    expect((await manager.sessions('user-1')).map(({ remainingMs }) => remainingMs)).toEqual([
      6 * minute,
    ])
  })
})

describe('the option passive', () => {
  test.each([
    ['a promise', Promise.resolve(true)],
    ['undefined', undefined],
    ['1', 1],
  ])('that returns %s is refused', async (what, value) => {
    const { manager } = await polled()
    const session = await manager.load(createTestCarrier())
    const passive = (() => value) as unknown as () => boolean
    expect(() => markPassive(session, undefined, passive)).toThrow(`passive() returned ${what}`)
  })
})
