import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test, vi } from 'vitest'
import { testManager, visit } from '../../support.ts'

const minute = 60_000
const day = 86_400_000

describe('a login', () => {
  test('D-02: a login rotates also where the handler replaces all the data', async () => {
    const { manager } = testManager()
    const visitor = createVisitor(manager)
    const { session: first } = await visit(visitor, (session) => {
      session.data['cart'] = 1
    })
    const { cookie } = visitor
    const { session } = await visit(visitor, async (next) => {
      next.data = { all: 'new' }
      await next.login('user-1')
      next.data = { all: 'newer' }
    })
    expect(session.id).not.toBe(first.id)
    expect((await manager.load(createTestCarrier({ cookie }))).ended).toBe('login')
    await visitor.request((next) => expect(next.data).toEqual({ all: 'newer' }))
  })

  test('a login delivers its token though the data has become something that cannot be kept', async () => {
    const { manager, intercept } = testManager()
    const visitor = createVisitor(manager)
    const { session, carrier, finish } = await visitor.begin()
    intercept('insert', (run) => {
      session.data['f'] = () => 1
      return run()
    })
    await session.login('user-1')
    await expect(finish()).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_ENCODABLE' })
    await finish()
    expect(carrier.setCookies).toHaveLength(1)
    await visitor.request((next) => expect(next.userId).toBe('user-1'))
  })

  test('E-05: of 200 parallel logins with one anonymous cookie each has its own id, user and data', async () => {
    const { manager } = testManager()
    const anonymous = createVisitor(manager)
    await anonymous.request((session) => {
      session.data['cart'] = ['tea']
    })
    const visitors = Array.from({ length: 200 }, () => anonymous.copy())
    const logIn = (visitor: (typeof visitors)[number], n: number) =>
      visit(visitor, async (session) => {
        await session.login(`user-${n}`)
        session.data['own'] = n
      })
    const visits = await Promise.all(visitors.map(logIn))
    expect(new Set(visits.map(({ session }) => session.id)).size).toBe(200)
    expect(new Set(visitors.map(({ cookie }) => cookie)).size).toBe(200)
    for (const [n, visitor] of visitors.entries()) {
      const { session } = await visitor.begin()
      expect([session.userId, session.data]).toEqual([`user-${n}`, { cart: ['tea'], own: n }])
    }
  })
})

describe('a store in trouble while writing', () => {
  test('when a login cannot end the old session: the login rejects, the new record goes, the old cookie stays good', async () => {
    const { manager, fail } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['cart'] = ['tea']
    })
    const fault = fail('remove')
    const { session, carrier, finish } = await visitor.begin()
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    fault.stop()
    await finish()
    expect(carrier.setCookies).toEqual([])
    await visitor.request((same) => expect(same.data).toEqual({ cart: ['tea'] }))
  })

  test('E-07: a crash between insert and remove leaves two records, each with an end', async () => {
    const { manager, clock, rows, hold } = testManager()
    const visitor = createVisitor(manager)
    await visitor.request((session) => {
      session.data['cart'] = 1
    })
    const crash = hold('remove')
    const { session } = await visitor.begin()
    session.login('user-1').catch(() => undefined)
    await crash.reached
    expect(rows.size).toBe(2)
    expect((await visitor.begin()).session.data).toEqual({ cart: 1 })
    clock.now += day + 60_000
    expect((await visitor.begin()).session.isNew).toBe(true)
    expect(await manager.sessions('user-1')).toEqual([])
  })
})

test('a re-authentication keeps the limits that the login was given', async () => {
  const { manager, clock } = testManager()
  const visitor = createVisitor(manager)
  const limits = { persistent: false, maxAge: '5d', absoluteTimeout: '90d' } as const
  await visitor.request((session) => session.login('user-1', limits))
  clock.now += minute
  const { session, carrier } = await visit(visitor, (again) => again.login('user-1'))
  expect(carrier.setCookies.join()).not.toMatch(/Max-Age/)
  expect(session.info).toMatchObject({
    expiresAt: clock.now + (5 * 24 * 60 + 1) * minute,
    absoluteExpiresAt: clock.now + 90 * 24 * 60 * minute,
  })
})

describe('the data of a login', () => {
  /** A visitor with `{ cart, theme }` before the login. */
  async function withCart() {
    const made = testManager()
    const visitor = createVisitor(made.manager)
    await visitor.request((session) => {
      Object.assign(session.data, { cart: ['tea'], theme: 'dark' })
    })
    made.calls.length = 0
    return { ...made, visitor }
  }

  test.each([
    [{}, { cart: ['tea'], theme: 'dark', last: 1 }],
    [{ carry: 'all' }, { cart: ['tea'], theme: 'dark', last: 1 }],
    [{ carry: ['cart', 'last', 'other'] }, { cart: ['tea'], last: 1 }],
    [{ carry: [] }, {}],
  ] as const)('of an anonymous session goes along as %j says', async (options, data) => {
    const { visitor, calls } = await withCart()
    await visitor.request(async (session) => {
      session.data['last'] = 1
      await session.login('ada', options)
      expect(session.data).toEqual(data)
    })
    expect(calls).toEqual(['find', 'insert', 'remove'])
    expect(await visitor.read()).toEqual({ userId: 'ada', data })
  })

  test('of another user does not go along', async () => {
    const { visitor } = await withCart()
    await visitor.request((session) => session.login('ada'))
    await visitor.request((session) => session.login('bob'))
    expect(await visitor.read()).toEqual({ userId: 'bob', data: {} })
  })

  test('has what other requests changed until the old session ended, those keys alone that go along', async () => {
    const { visitor } = await withCart()
    const login = await visitor.begin()
    await visitor.request((session) => {
      Object.assign(session.data, { cart: ['tea', 'milk'], secret: 1 })
    })
    login.session.data['theme'] = 'light'
    await login.session.login('ada', { carry: ['cart', 'theme'] })
    await login.finish()
    expect(await visitor.read()).toEqual({
      userId: 'ada',
      data: { cart: ['tea', 'milk'], theme: 'light' },
    })
  })

  test('of a session that somebody else had ended does not go along (P1)', async () => {
    const { manager, visitor } = await withCart()
    const login = await visitor.begin()
    await manager.revoke(login.session.id)
    await login.session.login('ada')
    await login.finish()
    expect(await visitor.read()).toEqual({ userId: 'ada', data: {} })
  })

  test('goes along twice where the same visitor logs in twice, as by a double click', async () => {
    const { visitor } = await withCart()
    const [first, second] = [await visitor.begin(), await visitor.begin()]
    for (const { session, finish } of [first, second]) {
      await session.login('ada')
      await finish()
      expect(session.data).toEqual({ cart: ['tea'], theme: 'dark' })
    }
  })
})

describe('a login is refused', () => {
  test('after an elevation by another request, and then nothing was written', async () => {
    const { manager, calls } = testManager()
    const ada = createVisitor(manager)
    await ada.request((session) => session.login('ada'))
    const slow = await ada.begin()
    await ada.request((session) => session.login('ada'))
    calls.length = 0
    const login = slow.session.login('ada')
    await expect(login).rejects.toMatchObject({ code: 'ERR_SESSION_SUPERSEDED' })
    expect(calls).toEqual(['replace'])
  })

  test('above the limit, and then the visitor is who they were', async () => {
    const { manager, rows } = testManager({ limit: { max: 1, onExceed: 'refuse' } })
    const [phone, laptop] = [createVisitor(manager), createVisitor(manager)]
    await phone.request((session) => session.login('ada'))
    await laptop.request((session) => Object.assign(session.data, { cart: 1 }))
    const { session } = await laptop.begin()
    await expect(session.login('ada')).rejects.toMatchObject({
      code: 'ERR_SESSION_LIMIT',
      status: 403,
    })
    expect(rows.size).toBe(2)
    expect(await laptop.read()).toEqual({ userId: undefined, data: { cart: 1 } })
  })
})

test('a login above the limit ends the session that was used longest ago, and says so', async () => {
  const { manager, clock } = testManager({ limit: { max: 2 } })
  const ended = vi.fn()
  manager.on('ended', ended)
  const devices = [1, 2, 3].map(() => createVisitor(manager))
  const ids: string[] = []
  for (const device of devices) {
    clock.now += minute
    const { session } = await visit(device, (first) => first.login('ada'))
    ids.push(session.id)
  }
  expect(ended.mock.calls).toEqual([[{ id: ids[0], reason: 'evicted' }]])
  expect((await manager.sessions('ada')).map(({ id }) => id)).toEqual([ids[2], ids[1]])
})

test('a re-authentication of a session that has ended is a login', async () => {
  const { manager, clock } = testManager()
  const ada = createVisitor(manager)
  const first = await visit(ada, (session) => session.login('ada'))
  const { session, finish } = await ada.begin()
  await manager.revoke(session.id)
  clock.now += minute
  await session.login('ada')
  await finish()
  expect(session.id).not.toBe(first.session.id)
  expect(session.info?.createdAt).toBe(clock.now)
  expect(await ada.read()).toEqual({ userId: 'ada', data: {} })
})
