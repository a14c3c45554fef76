import { inspect } from 'node:util'
import { describe, expect, test, vi } from 'vitest'
import { keyedStore } from '../../src/keyed/keyed-store.ts'
import { browser, counted, managerOver, mapBackend, visit } from '../support.ts'

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

test('what is set on the session itself is told once, in development, and kept by nobody', async () => {
  const told = vi.fn()
  for (const development of [true, false]) {
    const { manager } = managerOver(mapBackend(), { development, warn: told })
    for (const _visit of [1, 2])
      await visit(manager, browser(), (session) => {
        Object.assign(session, { views: 1 })
        Object.defineProperty(session, 'passport', { get: () => 'an accessor', enumerable: true })
      })
  }
  expect(told.mock.calls).toEqual([[expect.stringContaining('session.data.views')]])
})

describe('headers', () => {
  test('say Vary: Cookie whenever the session was consulted, beside what is there', async () => {
    const { manager } = managerOver(mapBackend())
    const vary = async (given: Record<string, string>, isConsulted: boolean) => {
      const carrier = browser().carrier({ headers: given })
      const session = await manager.load(carrier)
      if (isConsulted) expect('data' in session).toBe(true)
      if (isConsulted) expect(session.userId).toBeUndefined()
      await manager.commit(session, carrier)
      return carrier.headers.get('vary')
    }
    expect(await vary({}, false)).toBeUndefined()
    expect(await vary({}, true)).toBe('Cookie')
    expect(await vary({ vary: 'Accept-Encoding' }, true)).toBe('Accept-Encoding, Cookie')
    expect(await vary({ vary: 'accept, COOKIE' }, true)).toBe('accept, COOKIE')
    expect(await vary({ vary: '*' }, true)).toBe('*')
  })

  test.each([
    [undefined, 'private, no-cache'],
    ['public, max-age=3600', 'private, no-cache'],
    ['private', 'private, no-cache'],
    ['no-store', 'no-store'],
    ['no-cache, Private, max-age=0', 'no-cache, Private, max-age=0'],
  ])('with a cookie turn Cache-Control %s into %s', async (given, sent) => {
    const { manager } = managerOver(mapBackend())
    const headers: Record<string, string> = given === undefined ? {} : { 'cache-control': given }
    const carrier = browser().carrier({ headers })
    const session = await manager.load(carrier)
    session.data['a'] = 1
    await manager.commit(session, carrier)
    expect(carrier.headers.get('cache-control')).toBe(sent)
  })

  test('over plain HTTP carry no Secure cookie; nothing is kept, and one warning says what to set', async () => {
    const { backend, calls } = counted(mapBackend())
    const warn = vi.fn()
    const { manager } = managerOver(backend, { warn, secure: true, cookieName: '__Host-sid' })
    for (const _ of [1, 2]) {
      const carrier = browser().carrier({ secure: false })
      const session = await manager.load(carrier)
      session.data['a'] = 1
      await manager.commit(session, carrier)
      expect(carrier.setCookies).toEqual([])
    }
    expect(calls).toEqual([])
    expect(warn.mock.calls.flat().join()).toMatch(/trust proxy/)
    expect(warn).toHaveBeenCalledTimes(1)
  })
})

describe('a session shows', () => {
  test('no token in its JSON, its inspection or its errors', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const secret = visitor.jar.cookie?.split('.')[2] ?? ''
    expect(secret).toHaveLength(32)
    await visit(manager, visitor, (session) => {
      const shown = JSON.stringify(session) + inspect(session, { depth: 9, showHidden: true })
      expect(shown).toContain(session.id)
      expect(shown).not.toContain(secret)
    })
  })

  test('its flash messages once, and only those of the type asked for', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, ({ flash }) => {
      flash.add('info', 'one')
      flash.add('info', { two: 2 })
      flash.add('info:more', 'other')
    })
    await visit(manager, visitor, ({ flash }) =>
      expect(flash.take('info')).toEqual(['one', { two: 2 }]),
    )
    await visit(manager, visitor, ({ flash }) => {
      expect(flash.take('info')).toEqual([])
      expect(flash.take('info:more')).toEqual(['other'])
    })
  })

  test('its ages and limits', async () => {
    const { manager, clock } = managerOver(mapBackend(), { maxAge: '30m', absoluteTimeout: '8h' })
    const visitor = browser()
    const { session } = await visit(manager, visitor, (session) =>
      session.login('user-1', { client: { browser: 'Firefox' } }),
    )
    expect(session.info).toEqual({
      id: session.id,
      userId: 'user-1',
      createdAt: clock.now,
      lastSeenAt: clock.now,
      rotatedAt: clock.now,
      authenticatedAt: clock.now,
      expiresAt: clock.now + 31 * 60_000,
      absoluteExpiresAt: clock.now + 8 * 3_600_000,
      client: { browser: 'Firefox' },
    })
  })
})

describe('manager.read', () => {
  test('reads from Node headers and Fetch headers, and cannot be written', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    await visit(manager, visitor, (session) => session.login('user-1'))
    const cookie = visitor.jar.cookie ?? ''
    for (const headers of [{ cookie }, new Headers({ cookie })]) {
      const session = await manager.read(headers)
      expect(session.userId).toBe('user-1')
      expect(() => session.rotate()).toThrow(/manager\.read/)
      const readOnly = { code: 'ERR_SESSION_READ_ONLY' }
      await expect(session.destroy()).rejects.toMatchObject(readOnly)
      await expect(session.login('user-2')).rejects.toMatchObject(readOnly)
      await expect(session.update(() => 1)).rejects.toMatchObject(readOnly)
    }
    expect((await manager.read({})).isNew).toBe(true)
  })
})

describe('a change after the response', () => {
  test('is told of whenever it comes, once per change, and dropped', async () => {
    const { manager } = managerOver(mapBackend())
    const discarded = vi.fn()
    manager.on('discarded', discarded)
    const visitor = browser()
    const { session, carrier } = await visit(manager, visitor, (first) => {
      first.data['a'] = 1
    })
    carrier.leave()
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

describe('a store that is none is refused when constructing, with what to do', () => {
  test.each([
    ['a backend', mapBackend(), /store is object.*keyedStore\(backend\)/],
    ['a factory that was not called', () => () => undefined, /not store: memoryStore/],
  ])('%s', (_title, store, message) => {
    expect(() => managerOver(mapBackend(), { store: store as never })).toThrow(message)
  })

  test('keyedStore without a backend', () => {
    for (const backend of [undefined, null, {}])
      expect(() => keyedStore(backend as never)).toThrow(/keyedStore\(\) was given no backend/)
  })
})

test('user ids that are none are refused with their verb', async () => {
  const { manager } = managerOver(mapBackend())
  await expect(manager.sessions(undefined as never)).rejects.toThrow(
    /^sessions\(\) was given undefined/,
  )
  await expect(manager.revokeAll('')).rejects.toThrow(/a string of 0 characters/)
})
