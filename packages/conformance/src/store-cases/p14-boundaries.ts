import { equal, notEqual } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { passRealTime } from '../real-time.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

/** P14: a token, a session, a user's list and a limit belong to one namespace, and all of it can be ended at once. */
export const boundaries: readonly StoreCase[] = [
  {
    id: 'P14.1',
    title: 'a token of another namespace opens nothing, whatever the two share',
    async run(fixture) {
      const { shop, blog } = applications(fixture)
      const ann = fixture.visitor(shop)
      await ann.request((session) => session.login('user-1'))
      equal((await ann.read())?.userId, 'user-1')
      equal(await ann.copy().at(blog).read(), null)
    },
  },
  {
    id: 'P14.2',
    title: 'lists, limits and revokeAll reach no other namespace',
    needs: ['list', 'limit'],
    async run(fixture) {
      const limit = { max: 1, onExceed: 'evict' } as const
      const shop = fixture.connect({ namespace: 'shop', limit })
      const blog = fixture.connect({ namespace: 'blog', limit })
      const visitors = [shop, blog].map((manager) => fixture.visitor(manager))
      for (const visitor of visitors) await visitor.request((session) => session.login('user-1'))
      equal((await shop.sessions('user-1')).length, 1)
      equal(await blog.revokeAll('user-1'), 1)
      const users = []
      for (const visitor of visitors) users.push((await visitor.read())?.userId)
      deepEqual(users, ['user-1', undefined])
    },
  },
  {
    id: 'P14.3',
    title: 'revoke ends a session of its own namespace only, and with a user only one of that user',
    needs: ['revocation'],
    async run(fixture) {
      const { shop, blog } = applications(fixture)
      const ann = fixture.visitor(shop)
      const id = await ann.request(async (session) => {
        await session.login('user-1')
        return session.id
      })
      equal(await blog.revoke(id), false)
      equal(await shop.revoke(id, { userId: 'user-2' }), false)
      equal((await ann.read())?.userId, 'user-1')
      equal(await shop.revoke(id, { userId: 'user-1' }), true)
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P14.4',
    title: 'an id that is made up is revoked without a call',
    needs: ['revocation', 'wrap'],
    async run({ manager, visitor, takeCalls }) {
      const ann = visitor()
      const id = await ann.request(async (session) => {
        await session.login('user-1')
        return session.id
      })
      takeCalls()
      equal(await manager.revoke(`${id.slice(0, 17)}${'A'.repeat(22)}`), false)
      deepEqual(takeCalls(), [])
    },
  },
  {
    id: 'P14.5',
    title: 'revokeEverybody ends the sessions of users and visitors, on all servers',
    needs: ['revokeEverybody'],
    async run(fixture) {
      const { manager, visitor } = fixture
      const there = fixture.connect()
      const [ann, guest] = [visitor(), visitor()]
      await ann.request((session) => session.login('user-1'))
      await guest.request(put({ n: 1 }))
      notEqual(await ann.copy().at(there).read(), null)
      await manager.revokeEverybody()
      passRealTime(1_000)
      for (const each of [ann, guest])
        for (const server of [manager, there])
          equal(await whyEnded(each.copy().at(server)), 'revoked')
      await ann.request((session) => session.login('user-1'))
      equal((await ann.copy().at(there).read())?.userId, 'user-1')
    },
  },
  {
    id: 'P14.6',
    title: 'no request in flight over revokeEverybody brings its session back',
    needs: ['revokeEverybody'],
    async run({ manager, visitor }) {
      for (const act of ['data', 'rotate', 'login'] as const) {
        const ann = visitor()
        await ann.request((session) => session.login('user-1'))
        const before = ann.copy()
        const slow = await ann.copy().begin()
        await manager.revokeEverybody()
        passRealTime(1_000) // where requests go to several servers
        if (act === 'data') slow.session.data['late'] = true
        if (act === 'rotate') slow.session.rotate()
        if (act === 'login') await slow.session.login('user-1')
        await slow.finish()
        equal(await whyEnded(before), 'revoked', act)
      }
    },
  },
  {
    id: 'P14.7',
    title: 'after revokeEverybody lists and limits begin anew',
    needs: ['revokeEverybody', 'list', 'limit'],
    async run(fixture) {
      const manager = fixture.connect({ limit: { max: 1, onExceed: 'refuse' } })
      await fixture.visitor(manager).request((session) => session.login('user-1'))
      await manager.revokeEverybody()
      passRealTime(1_000)
      deepEqual(await manager.sessions('user-1'), [])
      const ann = fixture.visitor(manager)
      await ann.request((session) => session.login('user-1'))
      equal((await manager.sessions('user-1')).length, 1)
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P14.10',
    title: 'when revokeEverybody resolves, no server opens an ended session, whatever it has heard',
    needs: ['stored', 'revokeEverybody'],
    async run(fixture) {
      const { manager, visitor } = fixture
      const there = fixture.connect()
      const people = Array.from({ length: 10 }, visitor)
      for (const [n, each] of people.entries()) {
        if (n % 2) await each.request((session) => session.login(`user-${n}`))
        else await each.request(put({ n }))
        notEqual(await each.copy().at(there).read(), null)
      }
      await manager.revokeEverybody()
      for (const each of people)
        for (const server of [there, fixture.connect()])
          equal(await each.copy().at(server).read(), null)
    },
  },
]

/** Two applications with one secret, one cookie name and one storage. */
function applications({ connect }: StoreFixture) {
  return { shop: connect({ namespace: 'shop' }), blog: connect({ namespace: 'blog' }) }
}

function whyEnded(visitor: Visitor): Promise<unknown> {
  return visitor.request((session) => session.ended)
}
