import { equal, notEqual } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { StoreCase } from '../store-fixture.ts'
import { put } from '../visitor.ts'

const needs = ['revocation']

/** P4: after a login or a re-authentication the old token is dead, and no data of two users is mixed. */
export const loginCutsClean: readonly StoreCase[] = [
  {
    id: 'P4.1',
    title: 'after a login the old token opens nothing, at once, and the session has a new id',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      const before = await ann.request((session) => {
        session.data['cart'] = ['tea']
        return session.id
      })
      const fixed = ann.copy()
      const after = await ann.request(async (session) => {
        await session.login('user-1')
        equal(await fixed.read(), null)
        return session.id
      })
      notEqual(before, after)
      deepEqual(await ann.read(), { data: { cart: ['tea'] }, userId: 'user-1' })
    },
  },
  {
    id: 'P4.2',
    title:
      'a write that began before a login is not merged after it, and its response sends no cookie',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ cart: ['tea'] }))
      const slow = await ann.copy().begin()
      await ann.request((session) => session.login('user-1'))
      slow.session.data['cart'] = ['poison']
      await slow.finish()
      deepEqual(slow.setCookies, [])
      deepEqual((await ann.read())?.data, { cart: ['tea'] })
    },
  },
  {
    id: 'P4.3',
    title: 'what other requests kept of an anonymous session while a login ran goes along',
    needs: ['revocation', 'conditionalWrite'],
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ tea: 1 }))
      const { session, finish } = await ann.begin()
      session.data['mine'] = 1
      await ann.copy().request(put({ cake: 2 }))
      await session.login('user-1')
      await finish()
      deepEqual((await ann.read())?.data, { tea: 1, cake: 2, mine: 1 })
    },
  },
  {
    id: 'P4.7',
    title: 'logging in again as the same user keeps id and data, and the old token opens nothing',
    needs,
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request(async (session) => {
        await session.login('user-1')
        session.data['n'] = 1
      })
      const [stolen, before] = [ann.copy(), await ann.request((session) => session.info)]
      clock.now += 60_000
      const after = await ann.request(async (session) => {
        await session.login('user-1')
        return session.info
      })
      equal(await stolen.read(), null)
      equal(after?.id, before?.id)
      equal(after?.authenticatedAt, clock.now)
      equal(after?.absoluteExpiresAt, (before?.absoluteExpiresAt ?? 0) + 60_000)
      deepEqual(await ann.read(), { data: { n: 1 }, userId: 'user-1' })
    },
  },
  {
    id: 'P4.8',
    title: 'logging in as another user ends the old session and carries nothing over',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(async (session) => {
        await session.login('user-1')
        session.data['private'] = 1
      })
      const old = ann.copy()
      await ann.request((session) => session.login('user-2'))
      deepEqual(await ann.read(), { data: {}, userId: 'user-2' })
      equal(await old.read(), null)
    },
  },
  {
    id: 'P4.9',
    title: 'a login on an ended session is one of a new visitor, and carries nothing',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ n: 1 }))
      const late = ann.copy()
      await ann.request((session) => session.destroy())
      await late.request(async (session) => {
        session.data['planted'] = 1
        await session.login('user-1')
        equal(session.ended, undefined)
      })
      deepEqual(await late.read(), { data: {}, userId: 'user-1' })
    },
  },
  {
    id: 'P4.10',
    title: 'a login carries only the keys that it is told to',
    async run({ visitor }) {
      const ann = visitor()
      await ann.request((session) => Object.assign(session.data, { cart: 1, draft: 2 }))
      await ann.request((session) => session.login('user-1', { carry: ['cart', 'none'] }))
      deepEqual((await ann.read())?.data, { cart: 1 })
    },
  },
  {
    id: 'P4.11',
    title: 'of two logins at once, as by a double click, both keep the data of the visitor',
    needs,
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ cart: ['tea'] }))
      const clicks = [ann.copy(), ann.copy()]
      const visits = await Promise.all(clicks.map((click) => click.begin()))
      await Promise.all(visits.map(({ session }) => session.login('user-1')))
      for (const { finish } of visits) await finish()
      for (const click of clicks)
        deepEqual(await click.read(), { data: { cart: ['tea'] }, userId: 'user-1' })
    },
  },
  {
    id: 'P4.12',
    title: 'a login whose session was ended by somebody else meanwhile carries nothing',
    needs,
    async run({ visitor, manager }) {
      const ann = visitor()
      await ann.request(put({ cart: ['tea'] }))
      const { session, finish } = await ann.begin()
      await manager.revoke(session.id)
      await session.login('user-1')
      await finish()
      deepEqual(await ann.read(), { data: {}, userId: 'user-1' })
    },
  },
]
