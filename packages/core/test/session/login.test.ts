import { describe, expect, test } from 'vitest'
import type { SessionBackend } from '../../src/store/backend.ts'
import {
  browser,
  fastDeadline,
  faulty,
  managerOver,
  mapBackend,
  refuse,
  testCarrier,
  visit,
} from '../support.ts'

const minute = 60_000
const day = 86_400_000

describe('a login', () => {
  test('D-02: a login rotates also where the handler replaces all the data', async () => {
    const { manager } = managerOver(mapBackend())
    const visitor = browser()
    const { session: first } = await visit(manager, visitor, (session) => {
      session.data['cart'] = 1
    })
    const { cookie } = visitor.jar
    const { session } = await visit(manager, visitor, async (next) => {
      next.data = { all: 'new' }
      await next.login('user-1')
      next.data = { all: 'newer' }
    })
    expect(session.id).not.toBe(first.id)
    expect((await manager.load(testCarrier({ cookie }))).ended).toBe('login')
    await visit(manager, visitor, (next) => expect(next.data).toEqual({ all: 'newer' }))
  })

  test('a login delivers its token though the data has become something that cannot be kept', async () => {
    const backend = mapBackend()
    const meanwhile = { act: () => {} }
    const insert: SessionBackend['insert'] = (id, row, call) => {
      meanwhile.act()
      return backend.insert(id, row, call)
    }
    const { manager } = managerOver({ ...backend, insert })
    const visitor = browser()
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    meanwhile.act = () => {
      session.data['f'] = () => 1
    }
    await session.login('user-1')
    const failing = Promise.resolve(manager.commit(session, carrier))
    await expect(failing).rejects.toMatchObject({ code: 'ERR_SESSION_NOT_ENCODABLE' })
    await manager.commit(session, carrier)
    expect(carrier.setCookies).toHaveLength(1)
    await visit(manager, visitor, (next) => expect(next.userId).toBe('user-1'))
  })

  test('E-05: of 200 parallel logins with one anonymous cookie each has its own id, user and data', async () => {
    const { manager } = managerOver(mapBackend())
    const anonymous = browser()
    await visit(manager, anonymous, (session) => {
      session.data['cart'] = ['tea']
    })
    const visitors = Array.from({ length: 200 }, () => {
      const visitor = browser()
      visitor.jar.cookie = anonymous.jar.cookie
      return visitor
    })
    const logIn = (visitor: (typeof visitors)[number], n: number) =>
      visit(manager, visitor, async (session) => {
        await session.login(`user-${n}`)
        session.data['own'] = n
      })
    const visits = await Promise.all(visitors.map(logIn))
    expect(new Set(visits.map(({ session }) => session.id)).size).toBe(200)
    expect(new Set(visitors.map(({ jar }) => jar.cookie)).size).toBe(200)
    for (const [n, visitor] of visitors.entries()) {
      const { userId, data } = await manager.load(visitor.carrier())
      expect([userId, data]).toEqual([`user-${n}`, { cart: ['tea'], own: n }])
    }
  })
})

describe('a store in trouble while writing', () => {
  test('when a login cannot end the old session: the login rejects, the new record goes, the old cookie stays good', async () => {
    const { backend, fault } = faulty('remove', refuse)
    const { manager } = managerOver(backend, fastDeadline)
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['cart'] = ['tea']
    })
    fault.isOn = true
    const carrier = visitor.carrier()
    const session = await manager.load(carrier)
    await expect(session.login('user-1')).rejects.toMatchObject({ code: 'ERR_STORE_UNAVAILABLE' })
    fault.isOn = false
    await manager.commit(session, carrier)
    expect(carrier.setCookies).toEqual([])
    await visit(manager, visitor, (same) => expect(same.data).toEqual({ cart: ['tea'] }))
  })

  test('E-07: a crash between insert and remove leaves two records, each with an end', async () => {
    const backend = mapBackend()
    const crashed = { isDown: false, reached: () => {} }
    const reached = new Promise<void>((resolve) => {
      crashed.reached = resolve
    })
    const { manager, clock } = managerOver({
      ...backend,
      remove: (...asked) => {
        if (!crashed.isDown) return backend.remove(...asked)
        crashed.reached()
        return new Promise(() => undefined)
      },
    })
    const visitor = browser()
    await visit(manager, visitor, (session) => {
      session.data['cart'] = 1
    })
    crashed.isDown = true
    const session = await manager.load(visitor.carrier())
    session.login('user-1').catch(() => undefined)
    await reached
    expect(backend.rows.size).toBe(2)
    expect((await manager.load(visitor.carrier())).data).toEqual({ cart: 1 })
    clock.now += day + 60_000
    expect((await manager.load(visitor.carrier())).isNew).toBe(true)
    expect(await manager.sessions('user-1')).toEqual([])
  })
})

test('a re-authentication keeps the limits that the login was given', async () => {
  const { manager, clock } = managerOver(mapBackend())
  const visitor = browser()
  const limits = { persistent: false, maxAge: '5d', absoluteTimeout: '90d' } as const
  await visit(manager, visitor, (session) => session.login('user-1', limits))
  clock.now += minute
  const { session, carrier } = await visit(manager, visitor, (again) => again.login('user-1'))
  expect(carrier.setCookies.join()).not.toMatch(/Max-Age/)
  expect(session.info).toMatchObject({
    expiresAt: clock.now + (5 * 24 * 60 + 1) * minute,
    absoluteExpiresAt: clock.now + 90 * 24 * 60 * minute,
  })
})
