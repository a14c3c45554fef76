import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { testManager } from '../support.ts'

const minute = 60_000

describe('requireRecent', () => {
  test('passes up to its duration after a login and not beyond, and a login makes it pass again', async () => {
    const { manager, clock } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    clock.now += 10 * minute
    await visitor.request((session) => session.requireRecent('10m'))
    clock.now += 1
    await visitor.request(async (session) => {
      const notRecent = { code: 'ERR_SESSION_NOT_RECENT', status: 401 }
      expect(() => session.requireRecent('10m')).toThrow(expect.objectContaining(notRecent))
      await session.login('user-1')
      session.requireRecent('1s')
    })
  })

  test('is not satisfied by rotate(), nor by an anonymous session', async () => {
    const { manager, clock } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    clock.now += 11 * minute
    await visitor.request((session) => session.rotate())
    await visitor.request((session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
    await createVisitor(manager).request((session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
  })

  test('is not satisfied by a login under a clock that was ahead, neither at once nor later', async () => {
    const { manager, clock } = testManager()
    const visitor = createVisitor(manager)
    const isRecent = () =>
      visitor.request((session) => {
        expect(session.requireUser()).toBe('user-1')
        session.requireRecent('10m')
      })
    clock.now += 60 * minute
    await visitor.request((session) => session.login('user-1'))
    clock.now -= 60 * minute
    for (const minutes of [0, 1, 54, 5, 5, 60]) {
      clock.now += minutes * minute
      await expect(isRecent(), `${minutes} minutes later`).rejects.toThrow(/log in again/)
    }
    await visitor.request((session) => session.login('user-1'))
    await isRecent()
  })

  test('allows the clock of the login to be ahead by a minute, and no more', async () => {
    const { manager, clock } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request(async (session) => {
      await session.login('user-1')
      clock.now -= minute
      session.requireRecent('10m')
      clock.now -= 1
      expect(() => session.requireRecent('10m')).toThrow(/log in again/)
    })
  })
})

describe('requireUser', () => {
  test('answers the user', async () => {
    const { request } = createVisitor(testManager().manager)
    await request((session) => session.login('ada'))
    await request((session) => expect(session.requireUser()).toBe('ada'))
  })

  test('an anonymous session is not enough, nor is an ended one', async () => {
    const refusal = expect.objectContaining({ code: 'ERR_SESSION_REQUIRED', status: 401 })
    const { request } = createVisitor(testManager().manager)
    await request((session) => {
      expect(() => session.requireUser()).toThrow(refusal)
      session.data['cart'] = 1
    })
    await request((session) => expect(() => session.requireUser()).toThrow(refusal))
    await request((session) => session.login('ada'))
    await request(async (session) => {
      await session.destroy()
      expect(() => session.requireUser()).toThrow(refusal)
    })
  })
})
