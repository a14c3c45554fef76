import { describe, expect, test } from 'vitest'
import { browser, managerOver, mapBackend, visit } from '../support.ts'

const minute = 60_000

describe('requireRecent', () => {
  test('passes up to its duration after a login and not beyond, and a login makes it pass again', async () => {
    const { manager, clock } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    clock.now += 10 * minute
    await visit(manager, visitor, (session) => session.requireRecent('10m'))
    clock.now += 1
    await visit(manager, visitor, async (session) => {
      const notRecent = { code: 'ERR_SESSION_NOT_RECENT', status: 401 }
      expect(() => session.requireRecent('10m')).toThrow(expect.objectContaining(notRecent))
      await session.login('user-1')
      session.requireRecent('1s')
    })
  })

  test('is not satisfied by rotate(), nor by an anonymous session', async () => {
    const { manager, clock } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    clock.now += 11 * minute
    await visit(manager, visitor, (session) => session.rotate())
    await visit(manager, visitor, (session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
    await visit(manager, browser(), (session) =>
      expect(() => session.requireRecent('10m')).toThrow(/log in again/),
    )
  })
})

/** The requests of one visitor, one after the other. */
function requests() {
  const { manager } = managerOver(mapBackend())
  const visitor = browser()
  return (handle: Parameters<typeof visit>[2]) => visit(manager, visitor, handle)
}

describe('requireUser', () => {
  test('answers the user', async () => {
    const next = requests()
    await next((session) => session.login('ada'))
    await next((session) => expect(session.requireUser()).toBe('ada'))
  })

  test('an anonymous session is not enough, nor is an ended one', async () => {
    const refusal = expect.objectContaining({ code: 'ERR_SESSION_REQUIRED', status: 401 })
    const next = requests()
    await next((session) => {
      expect(() => session.requireUser()).toThrow(refusal)
      session.data['cart'] = 1
    })
    await next((session) => expect(() => session.requireUser()).toThrow(refusal))
    await next((session) => session.login('ada'))
    await next(async (session) => {
      await session.destroy()
      expect(() => session.requireUser()).toThrow(refusal)
    })
  })
})
