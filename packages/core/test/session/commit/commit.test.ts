import { createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import type { SessionEvents } from '../../../src/events.ts'
import { signedIn, testManager, visit } from '../../support.ts'

describe('a visit', () => {
  test('that keeps nothing asks the store nothing and sends no cookie', async () => {
    const { manager, calls } = testManager()
    const { carrier, session } = await visit(
      createVisitor(manager),
      (session) => session.data['views'],
    )
    expect(session.isNew).toBe(true)
    expect(calls).toEqual([])
    expect(carrier.setCookies).toEqual([])
  })

  test('that changes data creates a session once, and the next one reads it with one call', async () => {
    const { manager, calls } = testManager()
    const visitor = createVisitor(manager)
    const first = await visit(visitor, (session) => {
      session.data['cart'] = ['tea']
    })
    expect(calls).toEqual(['insert'])
    expect(first.carrier.setCookies).toHaveLength(1)
    calls.length = 0
    const { session, carrier } = await visit(visitor, (session) => {
      expect(session.data).toEqual({ cart: ['tea'] })
    })
    expect(session.isNew).toBe(false)
    expect(session.id).toBe(first.session.id)
    expect(calls).toEqual(['find'])
    expect(carrier.setCookies).toEqual([])
  })

  test('that changes nested data is written; one that only reads it is not', async () => {
    const { manager, calls } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['cart'] = { items: [{ n: 1 }] }
    })
    calls.length = 0
    await visitor.request((session) => JSON.stringify(session.data))
    expect(calls).toEqual(['find'])
    calls.length = 0
    await visitor.request((session) => {
      const cart = session.data['cart'] as { items: { n: number }[] }
      for (const item of cart.items) item.n++
    })
    expect(calls).toEqual(['find', 'replace'])
  })

  test('that puts back what it changed writes nothing', async () => {
    const { manager, calls } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['a'] = 1
    })
    calls.length = 0
    await visitor.request((session) => {
      session.data['a'] = 2
      session.data['a'] = 1
    })
    expect(calls).toEqual(['find'])
  })
})

describe('a commit', () => {
  test('is idempotent: the second one writes nothing and sends nothing', async () => {
    const { manager, calls } = testManager()
    const { session, carrier } = await visit(createVisitor(manager), (session) => {
      session.data['a'] = 1
    })
    await manager.commit(session, carrier)
    expect(calls).toEqual(['insert'])
    expect(carrier.setCookies).toHaveLength(1)
  })

  test('shows what update wrote, also where nothing was looked at before', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => session.login('user-1'))
    await visitor.request(async (session) => {
      await session.update((data) => Object.assign(data, { n: 1 }))
      expect(session.data).toEqual({ n: 1 })
    })
    await visitor.request((session) => expect(session.data).toEqual({ n: 1 }))
  })

  test('called twice at once creates one session', async () => {
    const { manager, calls } = testManager()
    const { session, carrier, finish } = await createVisitor(manager).begin()
    session.data['a'] = 1
    await Promise.all([finish(), finish()])
    expect(calls).toEqual(['insert'])
    expect(carrier.setCookies).toHaveLength(1)
  })

  test('that is under way refuses a login and a rotation, and a logout waits for it', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    const { session, carrier, finish } = await visitor.begin()
    session.data['a'] = 1
    const committing = finish()
    carrier.sent = true
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    expect(() => session.rotate()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_LATE' }))
    await session.destroy()
    await committing
    expect(carrier.setCookies).toHaveLength(1)
    await visitor.request((next) => expect(next.ended).toBe('logout'))
  })

  test('goes on from what it wrote: a later change is written over that', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request(async (session) => {
      session.data['a'] = 1
      await session.update((data) => {
        data['b'] = 2
      })
      session.data['c'] = 3
    })
    await visitor.request((session) => expect(session.data).toEqual({ a: 1, b: 2, c: 3 }))
  })

  test('waits for what was asked for and not awaited, in the order asked', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    const { carrier } = await visit(visitor, (session) => {
      session.data['a'] = 1
      void session.login('user-1')
      void session.update((data) => {
        data['b'] = 2
      })
    })
    expect(carrier.setCookies).toHaveLength(1)
    await visitor.request((session) => {
      expect(session.userId).toBe('user-1')
      expect(session.data).toEqual({ a: 1, b: 2 })
    })
  })

  test('that comes after the headers have left writes nothing of what was changed before them', async () => {
    const { manager, calls } = testManager()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const { session, carrier, finish } = await createVisitor(manager).begin()
    session.data['a'] = 1
    carrier.sent = true
    await finish()
    expect(discarded.mock.calls).toEqual([[{ what: 'changes', why: 'late', id: undefined }]])
    expect([calls, carrier.setCookies, session.data]).toEqual([[], [], {}])
  })

  test('after the headers have left tells of the change and drops it', async () => {
    const warn = vi.fn()
    const { manager } = testManager({ warn })
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    const { session, carrier } = await visit(visitor, (session) => {
      session.data['a'] = 1
    })
    carrier.sent = true
    session.data['a'] = 2
    expect(() => session.rotate()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_LATE' }))
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    await manager.commit(session, carrier)
    expect(discarded).toHaveBeenCalledWith({ what: 'changes', why: 'late', id: session.id })
    expect(warn).toHaveBeenCalledTimes(1)
    await visitor.request((session) => expect(session.data).toEqual({ a: 1 }))
  })
})

describe('a store in trouble while writing', () => {
  test.each<[string, () => Promise<unknown>, string]>([
    ['rejects', () => Promise.reject(new Error('ECONNREFUSED')), 'ERR_STORE_UNAVAILABLE'],
    ['hangs', () => new Promise(() => undefined), 'ERR_STORE_TIMEOUT'],
    ['says ok', async () => 'OK', 'ERR_STORE_CONTRACT'],
    ['says true', async () => true, 'ERR_STORE_CONTRACT'],
  ])('%s: the commit fails, sends no cookie and is not tried again', async (_title, act, code) => {
    const { visitor, intercept } = await signedIn({ storeTimeout: '250ms' })
    intercept('replace', () => act() as Promise<never>)
    const { session, carrier, finish } = await visitor.begin()
    session.data['n'] = 2
    await expect(finish()).rejects.toMatchObject({ code })
    expect(carrier.setCookies).toEqual([])
    await finish()
    expect(carrier.setCookies).toEqual([])
  })

  test('a commit that waits for one that fails tells of no late change: the response fails already', async () => {
    const [warn, discarded] = [vi.fn(), vi.fn()]
    const { manager, fail } = testManager({ warn })
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    await visitor.request(({ data }) => Object.assign(data, { n: 1 }))
    fail('replace')
    const { session, carrier, finish } = await visitor.begin()
    session.data['n'] = 2
    const failing = finish()
    carrier.sent = true
    const [first, second] = await Promise.allSettled([failing, finish()])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
    expect(warn.mock.calls).toEqual([[expect.stringContaining('503'), expect.any(Error)]])
    expect(discarded).not.toHaveBeenCalled()
  })
})

test.each([
  ['succeeds', () => undefined],
  [
    'fails',
    () => {
      throw new Error('of the application')
    },
  ],
])(
  'a change in time is kept if data is read while the commit waits for an update that %s',
  async (_, end) => {
    const { manager } = testManager()
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = createVisitor(manager)
    await visitor.request(({ data }) => Object.assign(data, { n: 1 }))

    const { session, carrier, finish } = await visitor.begin()
    let isRunning = () => {}
    const running = new Promise<void>((resolve) => {
      isRunning = resolve
    })
    const updating = session.update(async () => {
      isRunning()
      await new Promise((resolve) => setImmediate(resolve))
      end()
    })
    updating.catch(() => undefined)
    await running
    session.data['n'] = 2
    const committing = finish()
    carrier.sent = true
    expect(session.data['n']).toBe(2) // as a log line after the response reads it
    await committing
    expect(await visitor.request(({ data }) => data['n'])).toBe(2)
    expect(discarded).not.toHaveBeenCalled()
  },
)

describe('data', () => {
  test('that cannot be encoded fails the commit, names its path and loses nothing', async () => {
    const { manager, calls } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['n'] = 1
    })
    calls.length = 0
    const wrong = visit(visitor, (session) => {
      session.data['cart'] = [{ total: () => 1 }]
    })
    await expect(wrong).rejects.toMatchObject({
      code: 'ERR_SESSION_NOT_ENCODABLE',
      message: expect.stringContaining('data.cart[0].total is a function'),
    })
    expect(calls).toEqual(['find'])
    await visitor.request((session) => expect(session.data).toEqual({ n: 1 }))
  })
})

/** One session, loaded twice; both requests change a key of their own, and the second meets the first's write. */
async function twoWriters() {
  const warnings: string[] = []
  const { manager, calls } = testManager({ warn: (message) => void warnings.push(message) })
  const discarded: SessionEvents['discarded'][] = []
  manager.on('discarded', (event) => discarded.push(event))
  const ann = createVisitor(manager)
  await ann.request(({ data }) => {
    data['x'] = 0
  })
  const [first, second] = [await ann.begin(), await ann.begin()]
  first.session.data['a'] = 1
  second.session.data['b'] = 2
  await first.finish()
  await second.finish()
  return { ...second, discarded, warnings, calls }
}

test('a merged session that is committed again when the response has closed reports nothing', async () => {
  const { session, carrier, finish, discarded, warnings } = await twoWriters()
  carrier.sent = true
  await finish()
  expect(discarded).toEqual([])
  expect(warnings).toEqual([])
  expect(session.data).toEqual({ x: 0, a: 1, b: 2 })
})

test('and committed again before that, it writes nothing', async () => {
  const { finish, calls } = await twoWriters()
  calls.length = 0
  await finish()
  expect(calls).toEqual([])
})

test('a change made after the merge, once the headers are sent, is still reported', async () => {
  const { session, carrier, finish, discarded } = await twoWriters()
  session.data['late'] = true
  carrier.sent = true
  await finish()
  expect(discarded).toEqual([expect.objectContaining({ what: 'changes', why: 'late' })])
})

test('a message for the next page that is added after destroy() is warned of', async () => {
  const warnings: string[] = []
  const { manager } = testManager({ warn: (message) => void warnings.push(message) })
  await createVisitor(manager).request(async (session) => {
    await session.update((data) => Object.assign(data, { n: 0 }))
    await session.destroy()
    session.flash.add('info', 'Goodbye')
  })
  expect(warnings).toEqual([expect.stringContaining('flash.add() after destroy()')])
})
