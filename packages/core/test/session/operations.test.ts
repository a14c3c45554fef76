import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { testManager, visit } from '../support.ts'

describe('a change after the response', () => {
  test('is told of whenever it comes, once per change, and dropped', async () => {
    const { manager } = testManager()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    const { session, carrier } = await visit(visitor, (first) => {
      first.data['a'] = 1
    })
    carrier.sent = true
    await manager.commit(session, carrier)
    for (const times of [1, 2]) {
      await new Promise(setImmediate)
      session.data['a'] = 2
      await new Promise(setImmediate)
      expect(discarded).toHaveBeenCalledTimes(times)
    }
    expect(session.data['a']).toBe(1)
    await new Promise(setImmediate)
    expect(discarded).toHaveBeenCalledTimes(2)
  })
})

describe('a logout', () => {
  test('clears the cookie in the request whose write ended the session, and in no other (P12)', async () => {
    const { manager } = testManager()
    const ended = vi.fn()
    manager.on('ended', ended)
    const ada = createVisitor(manager)
    await ada.request((session) => session.login('ada'))
    const [first, second] = [await ada.begin(), await ada.begin()]
    for (const { session, finish } of [first, second]) {
      await session.destroy()
      expect([session.ended, session.userId]).toEqual(['logout', undefined])
      await finish()
    }
    expect([first, second].map(({ setCookies }) => setCookies.length)).toEqual([1, 0])
    expect(ended.mock.calls).toEqual([[{ id: first.session.id, reason: 'logout' }]])
  })

  test('of a session that was never kept asks the store nothing', async () => {
    const { manager, calls } = testManager()
    const { session, setCookies } = await visit(createVisitor(manager), async (session) => {
      session.data['a'] = 1
      await session.destroy()
    })
    expect([session.ended, session.data, calls, setCookies]).toEqual(['logout', {}, [], []])
  })
})

describe('an update', () => {
  test('returns what its function returned last, and is kept when it resolves', async () => {
    const { manager } = testManager()
    const ada = createVisitor(manager)
    await ada.request((session) => session.login('ada'))
    const { session } = await ada.begin()
    const sum = await session.update((data) => (data['n'] = Number(data['n'] ?? 0) + 1))
    expect([sum, session.data]).toEqual([1, { n: 1 }])
    expect(await ada.read()).toMatchObject({ data: { n: 1 } })
  })

  test('of a new session creates it by its first write, and leaves none where it stays empty', async () => {
    const { manager, takeCalls } = testManager()
    const empty = await visit(createVisitor(manager), (session) => session.update(() => undefined))
    expect([takeCalls(), empty.setCookies]).toEqual([[], []])
    const { session, setCookies } = await visit(createVisitor(manager), async (session) => {
      session.data['before'] = 1
      await session.update((data) => Object.assign(data, { n: 1 }))
    })
    expect([takeCalls(), setCookies.length]).toEqual([['insert'], 1])
    expect(session.data).toEqual({ before: 1, n: 1 })
  })

  test('that creates nothing whose cookie could not be sent: of a new session it must come in time', async () => {
    const { manager, calls } = testManager()
    const { session, carrier } = await createVisitor(manager).begin()
    carrier.sent = true
    const update = session.update((data) => Object.assign(data, { n: 1 }))
    await expect(update).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    expect(calls).toEqual([])
  })

  test('may come after the headers where the session is kept already', async () => {
    const { manager } = testManager()
    const ada = createVisitor(manager)
    await ada.request((session) => session.login('ada'))
    const { session, carrier } = await ada.begin()
    carrier.sent = true
    await session.update((data) => Object.assign(data, { n: 1 }))
    expect(await ada.read()).toMatchObject({ data: { n: 1 } })
  })

  test('is refused after an end, and after an elevation by another request', async () => {
    const { manager } = testManager()
    const ada = createVisitor(manager)
    await ada.request((session) => session.login('ada'))
    const [slow, ended] = [await ada.begin(), await ada.begin()]
    await ada.request((session) => session.rotate())
    const update = slow.session.update((data) => Object.assign(data, { n: 1 }))
    await expect(update).rejects.toMatchObject({ code: 'ERR_SESSION_SUPERSEDED' })
    await ended.session.destroy()
    const late = ended.session.update((data) => Object.assign(data, { n: 1 }))
    await expect(late).rejects.toMatchObject({
      code: 'ERR_SESSION_ENDED',
      message: expect.stringContaining('has ended (logout)'),
    })
  })
})
