import { createVisitor, type TestData } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionOptions } from '../../../src/options/options.ts'
import type { Session } from '../../../src/session/session.ts'
import { testManager, visit } from '../../support.ts'

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

/** A manager and what it warns of. */
function world(options: Partial<SessionOptions> = {}) {
  const warnings: string[] = []
  const made = testManager({ warn: (message) => void warnings.push(message), ...options })
  return { ...made, visitor: createVisitor(made.manager), warnings }
}

describe('in development', () => {
  const saved = async ({ visitor }: ReturnType<typeof world>) => {
    await visitor.request((session) => session.update((data) => Object.assign(data, { n: 0 })))
    return visitor
  }

  test('an update that returns new data in place of changing it is refused', async () => {
    const app = world()
    const updating = (await saved(app)).request((session) =>
      session.update((data) => ({ ...data, n: 1 })),
    )
    await expect(updating).rejects.toThrow(/nothing is written\. Change the data/)
  })

  test('on empty data it is warned of', async () => {
    const app = world()
    const update = () =>
      createVisitor(app.manager).request((session) => session.update((data) => ({ ...data, n: 1 })))
    await update()
    await update()
    expect(app.warnings).toEqual([expect.stringContaining('nothing is written')])
  })

  test('one that returns some keys of the data is warned of', async () => {
    const app = world()
    const visitor = await saved(app)
    await visitor.request((session) => Object.assign(session.data, { m: 1 }))
    await visitor.request((session) => session.update(({ n }) => ({ n: Number(n) + 1 })))
    expect(app.warnings).toEqual([expect.stringContaining('nothing is written')])
  })

  test.each<[string, (data: Record<string, unknown>) => unknown]>([
    ['changes the data and returns it', (data) => Object.assign(data, { n: 1 })],
    ['returns an object of its own', (data) => ({ total: data['n'] })],
    ['changes the data and returns a copy', (data) => ({ ...Object.assign(data, { n: 2 }) })],
    ['returns a number', (data) => data['n']],
  ])('one that %s passes', async (_, fn) => {
    const app = world()
    await (await saved(app)).request((session) => session.update(fn))
    expect(app.warnings).toEqual([])
  })

  test('production does not compare: the function runs as it is', async () => {
    const app = world({ development: false })
    await (await saved(app)).request(async (session) => {
      expect(await session.update((data) => ({ ...data, n: 1 }))).toEqual({ n: 1 })
      expect(session.data).toEqual({ n: 0 })
    })
  })
})

describe('an operation inside of another one on a new session', () => {
  const storeTimeout = 20
  test.each<[string, (session: Session<TestData>) => Promise<unknown>]>([
    ['update', (session) => session.update(() => undefined)],
    ['login', (session) => session.login('ann')],
    ['destroy', (session) => session.destroy()],
  ])('%s fails within the time budget, as on a saved session', async (_, act) => {
    const { session } = await world({ storeTimeout }).visitor.begin()
    const outer = session.update(async (data) => {
      data['a'] = 1
      await act(session)
    })
    await expect(outer).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
    expect(session.data).toEqual({})
  })

  test('so does one that the function of a limit waits for', async () => {
    const holder: { session?: Session<TestData> } = {}
    const max = async () => {
      await holder.session?.update(() => undefined)
      return 1
    }
    const { session } = await world({ storeTimeout, limit: { max } }).visitor.begin()
    holder.session = session
    await expect(session.login('ann')).rejects.toMatchObject({ code: 'ERR_SESSION_CONFLICT' })
  })
})
