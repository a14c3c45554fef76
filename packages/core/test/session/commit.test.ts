import { describe, expect, test, vi } from 'vitest'
import {
  browser,
  counted,
  faulty,
  hang,
  managerOver,
  mapBackend,
  refuse,
  troubled,
  visit,
} from '../support.ts'

describe('a visit', () => {
  test('that keeps nothing asks the store nothing and sends no cookie', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const { carrier, session } = await visit(manager, browser(), (session) => session.data['views'])
    expect(session.isNew).toBe(true)
    expect(calls).toEqual([])
    expect(carrier.setCookies).toEqual([])
  })

  test('that changes data creates a session once, and the next one reads it with one call', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const visitor = browser()
    const first = await visit(manager, visitor, (session) => {
      session.data['cart'] = ['tea']
    })
    expect(calls).toEqual(['insert'])
    expect(first.carrier.setCookies).toHaveLength(1)
    calls.length = 0
    const { session, carrier } = await visit(manager, visitor, (session) => {
      expect(session.data).toEqual({ cart: ['tea'] })
    })
    expect(session.isNew).toBe(false)
    expect(session.id).toBe(first.session.id)
    expect(calls).toEqual(['find'])
    expect(carrier.setCookies).toEqual([])
  })

  test('that changes nested data is written; one that only reads it is not', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['cart'] = { items: [{ n: 1 }] }
    })
    calls.length = 0
    await visit(manager, visitor, (session) => JSON.stringify(session.data))
    expect(calls).toEqual(['find'])
    calls.length = 0
    await visit(manager, visitor, (session) => {
      const cart = session.data['cart'] as { items: { n: number }[] }
      for (const item of cart.items) item.n++
    })
    expect(calls).toEqual(['find', 'replace'])
  })

  test('that puts back what it changed writes nothing', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['a'] = 1
    })
    calls.length = 0
    await visit(manager, visitor, (session) => {
      session.data['a'] = 2
      session.data['a'] = 1
    })
    expect(calls).toEqual(['find'])
  })
})

describe('a commit', () => {
  test('is idempotent: the second one writes nothing and sends nothing', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const { session, carrier } = await visit(manager, browser(), (session) => {
      session.data['a'] = 1
    })
    await manager.commit(session, carrier)
    expect(calls).toEqual(['insert'])
    expect(carrier.setCookies).toHaveLength(1)
  })

  test('shows what update wrote, also where nothing was looked at before', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    await visit(manager, visitor, async (session) => {
      await session.update((data) => Object.assign(data, { n: 1 }))
      expect(session.data).toEqual({ n: 1 })
    })
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ n: 1 }))
  })

  test('called twice at once creates one session', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const carrier = browser().carrier()
    const session = await manager.load(carrier)
    session.data['a'] = 1
    await Promise.all([manager.commit(session, carrier), manager.commit(session, carrier)])
    expect(calls).toEqual(['insert'])
    expect(carrier.setCookies).toHaveLength(1)
  })

  test('that is under way refuses a login and a rotation, and a logout waits for it', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    session.data['a'] = 1
    const committing = manager.commit(session, carrier)
    carrier.leave()
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    expect(() => session.rotate()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_LATE' }))
    await session.destroy()
    await committing
    expect(carrier.setCookies).toHaveLength(1)
    await visit(manager, visitor, (next) => expect(next.ended).toBe('logout'))
  })

  test('goes on from what it wrote: a later change is written over that', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, async (session) => {
      session.data['a'] = 1
      await session.update((data) => {
        data['b'] = 2
      })
      session.data['c'] = 3
    })
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ a: 1, b: 2, c: 3 }))
  })

  test('waits for what was asked for and not awaited, in the order asked', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    const { carrier } = await visit(manager, visitor, (session) => {
      session.data['a'] = 1
      void session.login('user-1')
      void session.update((data) => {
        data['b'] = 2
      })
    })
    expect(carrier.setCookies).toHaveLength(1)
    await visit(manager, visitor, (session) => {
      expect(session.userId).toBe('user-1')
      expect(session.data).toEqual({ a: 1, b: 2 })
    })
  })

  test('after the headers have left tells of the change and drops it', async () => {
    const warn = vi.fn()
    const { manager } = managerOver(mapBackend(), { warn })
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = browser()
    const { session, carrier } = await visit(manager, visitor, (session) => {
      session.data['a'] = 1
    })
    carrier.leave()
    session.data['a'] = 2
    expect(() => session.rotate()).toThrow(expect.objectContaining({ code: 'ERR_SESSION_LATE' }))
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_SESSION_LATE' })
    await manager.commit(session, carrier)
    expect(discarded).toHaveBeenCalledWith({ what: 'changes', why: 'late', id: session.id })
    expect(warn).toHaveBeenCalledTimes(1)
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ a: 1 }))
  })
})

describe('a store in trouble while writing', () => {
  test.each([
    ['rejects', refuse, 'ERR_STORE_UNAVAILABLE'],
    ['hangs', hang, 'ERR_STORE_TIMEOUT'],
    ['says ok', async () => 'OK', 'ERR_STORE_CONTRACT'],
    ['says true', async () => true, 'ERR_STORE_CONTRACT'],
  ])('%s: the commit fails, sends no cookie and is not tried again', async (_title, act, code) => {
    const { manager, visitor } = await troubled('replace', act)
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    session.data['n'] = 2
    await expect(manager.commit(session, carrier)).rejects.toMatchObject({ code })
    expect(carrier.setCookies).toEqual([])
    await manager.commit(session, carrier)
    expect(carrier.setCookies).toEqual([])
  })

  test('a commit that waits for one that fails tells of no late change: the response fails already', async () => {
    const { backend, fault } = faulty('replace', refuse)
    const [warn, discarded] = [vi.fn(), vi.fn()]
    const { manager } = managerOver(backend, { warn })
    manager.on('discarded', discarded)
    const visitor = browser()
    await visit(manager, visitor, ({ data }) => Object.assign(data, { n: 1 }))
    fault.isOn = true
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    session.data['n'] = 2
    const failing = manager.commit(session, carrier)
    carrier.leave()
    const [first, second] = await Promise.allSettled([failing, manager.commit(session, carrier)])
    expect([first.status, second.status]).toEqual(['rejected', 'fulfilled'])
    expect(warn).not.toHaveBeenCalled()
    expect(discarded).not.toHaveBeenCalled()
  })
})

describe('data', () => {
  test('that cannot be encoded fails the commit, names its path and loses nothing', async () => {
    const { backend, calls } = counted(mapBackend())
    const { manager } = managerOver(backend)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['n'] = 1
    })
    calls.length = 0
    const wrong = visit(manager, visitor, (session) => {
      session.data['cart'] = [{ total: () => 1 }]
    })
    await expect(wrong).rejects.toMatchObject({
      code: 'ERR_SESSION_NOT_ENCODABLE',
      message: expect.stringContaining('data.cart[0].total is a function'),
    })
    expect(calls).toEqual(['find'])
    await visit(manager, visitor, (session) => expect(session.data).toEqual({ n: 1 }))
  })
})
