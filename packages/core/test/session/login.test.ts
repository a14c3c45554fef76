import { createTestCarrier, createVisitor } from '@sojourn/conformance/testing'
import { describe, expect, test } from 'vitest'
import { testManager, visit } from '../support.ts'

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
