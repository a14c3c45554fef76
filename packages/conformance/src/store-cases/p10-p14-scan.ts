import { equal } from 'node:assert/strict'
import type { SessionManager } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import { limits, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { put, type TestData } from '../visitor.ts'

const needs = ['scan']

/** P10, P14: operators see every live session of their namespace, and nothing that works as a credential (P5). */
export const scans: readonly StoreCase[] = [
  {
    id: 'P10.15',
    title: 'a scan shows each live session once, of users and visitors, and none that is over',
    needs,
    async run({ visitor, manager, clock }) {
      const [expired, out, ann, ben, anonymous] = [1, 2, 3, 4, 5].map(() => visitor())
      await expired?.request((session) => session.login('user-0'))
      clock.now += limits.maxAge
      for (const user of [out, ann, ben]) await user?.request((session) => session.login('user-1'))
      await anonymous?.request(put({ n: 1 }))
      clock.now += limits.touchInterval
      await out?.request((session) => session.destroy())
      await ben?.request((session) => session.rotate())
      const ids = []
      for (const one of [ann, ben, anonymous]) ids.push(await one?.request(({ id }) => id))
      const shown = await allOf(manager)
      deepEqual(shown.map(({ id }) => id).sort(), ids.sort())
      deepEqual(shown.map(({ userId }) => String(userId)).sort(), ['undefined', 'user-1', 'user-1'])
    },
  },
  {
    id: 'P10.16',
    title: 'a scan of many sessions misses none, and statistics count them and their users',
    needs,
    async run({ visitor, manager }) {
      for (let n = 0; n < 60; n++)
        await visitor().request(async (session) => {
          await session.login(`user-${n % 20}`)
          session.data['role'] = n % 3 === 0 ? 'admin' : 'customer'
        })
      for (let n = 0; n < 5; n++) await visitor().request(put({ n }))
      equal((await allOf(manager)).length, 65)
      const stats = await manager.stats({ by: { role: ({ data }) => data['role']?.toString() } })
      deepEqual(
        [stats.sessions, stats.loggedIn, stats.anonymous, stats.users, stats.unreadable],
        [65, 60, 5, 20, 0],
      )
      deepEqual({ ...stats.by.role.counts }, { admin: 20, customer: 40 })
      equal(stats.by.role.missing, 5)
    },
  },
  {
    id: 'P5.4',
    title: 'a session is shown without its data unless it is selected, and never as a credential',
    needs,
    async run({ visitor, manager }) {
      const ann = visitor()
      const id = await ann.request(async (session) => {
        await session.login('user-1')
        session.data['note'] = 'a private note'
        return session.id
      })
      const [shown] = await allOf(manager)
      deepEqual(await manager.inspect(id), shown)
      const text = JSON.stringify([
        shown,
        await manager.inspect(id, { select: (session) => session }),
      ])
      equal(text.includes('private'), false)
      const [name] = (ann.cookie ?? '').split('=')
      for (const word of text.match(/[\w.-]{8,}/g) ?? [])
        equal(await Object.assign(visitor(), { cookie: `${name}=${word}` }).read(), null)
      equal(await manager.inspect(id, { select: ({ data }) => data['note'] }), 'a private note')
      await ann.request((session) => session.destroy())
      equal(await manager.inspect(id), undefined)
    },
  },
  {
    id: 'P14.11',
    title: 'no scan, look-up or statistic shows a session of another namespace',
    needs,
    async run(fixture) {
      const [shop, blog] = ['shop', 'blog'].map((namespace) => fixture.connect({ namespace }))
      if (!shop || !blog) throw new Error('Two managers were connected')
      const [user, anonymous] = [await signIn(fixture, shop), fixture.visitor(shop)]
      await anonymous.request(put({ n: 1 }))
      equal((await allOf(shop)).length, 2)
      deepEqual(await allOf(blog), [])
      equal((await blog.stats()).sessions, 0)
      equal(await blog.inspect(user), undefined)
      equal((await shop.inspect(user))?.userId, 'user-1')
    },
  },
]

async function allOf(manager: SessionManager<TestData>) {
  const shown = []
  for await (const session of manager.scan()) shown.push(session)
  return shown
}

async function signIn(fixture: StoreFixture, manager: SessionManager<TestData>) {
  return fixture.visitor(manager).request(async (session) => {
    await session.login('user-1')
    return session.id
  })
}
