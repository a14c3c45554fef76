import { equal, rejects } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { deferred } from '../deferred.ts'
import { limits, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

const unavailable = { code: 'ERR_STORE_UNAVAILABLE', status: 503 }

/** P14: the option `securityStamp` ends a user's other sessions when the password changes, in every store. */
export const securityStamps: readonly StoreCase[] = [
  {
    id: 'P14.20',
    title:
      'a new stamp refuses the other sessions of its user, and the one that logs in again stays',
    async run(fixture) {
      const { stamps, device } = withStamps(fixture)
      const [here, other, bob] = [await device(), await device(), await device('user-2')]
      for (const each of [here, other, bob]) equal(typeof (await userOf(each)), 'string')
      await here.request(async (session) => {
        stamps.set('user-1', 'changed')
        await session.login('user-1')
      })
      const refused = await other.request(({ userId, ended }) => ({ userId, ended }))
      deepEqual(refused, { userId: undefined, ended: 'revoked' })
      equal(await userOf(other), undefined)
      for (const each of [here, here, bob]) equal(typeof (await userOf(each)), 'string')
    },
  },
  {
    id: 'P14.21',
    title: 'a session keeps its stamp through changes, touches and rotations',
    async run(fixture) {
      const { stamps, device } = withStamps(fixture)
      const ann = await device()
      for (let n = 0; n < 20; n++) {
        fixture.clock.now += limits.touchInterval + 1
        await ann.request(n % 2 ? put({ n }) : undefined)
        if (n % 7 === 0) await ann.request((session) => session.rotate())
        equal(await userOf(ann), 'user-1', `request ${n}`)
      }
      stamps.set('user-1', 'changed')
      equal(await userOf(ann), undefined)
    },
  },
  {
    id: 'P14.22',
    title: 'a session without a stamp is refused, and an anonymous one is asked for none',
    async run(fixture) {
      const { stamps, manager, asked } = withStamps(fixture)
      const [ann, anonymous] = [fixture.visitor(), fixture.visitor()]
      await ann.request((session) => session.login('user-1'))
      await anonymous.request(put({ n: 1 }))
      deepEqual((await anonymous.at(manager).read())?.data, { n: 1 })
      deepEqual(asked, [])
      equal(await userOf(ann.at(manager)), undefined)
      stamps.delete('user-1')
      await rejects(
        ann.at(manager).request((session) => session.login('user-1')),
        { code: 'ERR_CONFIG_INVALID' },
      )
    },
  },
  {
    id: 'P14.23',
    title: 'the sessions of a user who is gone are refused',
    async run(fixture) {
      const { stamps, device } = withStamps(fixture)
      const [ann, bob] = [await device(), await device('user-2')]
      stamps.delete('user-1')
      equal(await userOf(ann), undefined)
      equal(await userOf(bob), 'user-2')
    },
  },
  {
    id: 'P14.24',
    title: 'a stamp that cannot be read is an error, sends no cookie and ends no session',
    async run(fixture) {
      const trouble = { isOver: true }
      const options = {
        securityStamp: async () => {
          if (trouble.isOver) return 'first'
          throw new Error('ECONNREFUSED')
        },
      }
      const ann = fixture.visitor(fixture.connect(options))
      const careless = fixture.connect({ ...options, onStoreError: 'anonymous' })
      await ann.request((session) => session.login('user-1'))
      trouble.isOver = false
      await rejects(ann.request(), unavailable)
      const { session, finish, setCookies } = await ann.at(careless).begin()
      await finish()
      deepEqual([session.userId, session.isReadOnly, setCookies], [undefined, true, []])
      await rejects(
        ann
          .copy()
          .at(careless)
          .begin()
          .then((request) => request.session.login('user-1')),
        unavailable,
      )
      trouble.isOver = true
      equal(await userOf(ann), 'user-1')
    },
  },
  {
    id: 'P14.25',
    title: 'a login that began with the old stamp does not survive the change',
    async run(fixture) {
      const [reading, changed] = [deferred(), deferred()]
      const state = { stamp: 'first' }
      const securityStamp = async () => {
        const { stamp } = state
        reading.resolve()
        await changed.promise
        return stamp
      }
      const [ann, late] = [fixture.visitor(fixture.connect({ securityStamp })), fixture.visitor()]
      const login = ann.request((session) => session.login('user-1'))
      await reading.promise
      state.stamp = 'changed'
      changed.resolve()
      await login
      equal(await userOf(ann), undefined)
      const checked = late.at(fixture.connect({ securityStamp }))
      await checked.request((session) => session.login('user-1', { securityStamp: 'first' }))
      equal(await userOf(checked), undefined)
      await checked.request((session) => session.login('user-1', { securityStamp: 'changed' }))
      equal(await userOf(checked), 'user-1')
    },
  },
  {
    id: 'P14.26',
    title:
      'a session that its stamp refuses is ended once, and the response leaves the cookie alone',
    needs: ['revocation'],
    async run(fixture) {
      const { stamps, manager, device } = withStamps(fixture)
      const ended: string[] = []
      manager.on('ended', ({ id, reason }) => void ended.push(`${id} ${reason}`))
      const ann = await device()
      const id = await ann.request((session) => session.id)
      stamps.set('user-1', 'changed')
      for (let n = 0; n < 2; n++) {
        const { session, finish, setCookies } = await ann.begin()
        await finish()
        deepEqual([session.ended, setCookies], ['revoked', []])
      }
      deepEqual(ended, [`${id} revoked`])
      equal(await ann.at(fixture.manager).request((session) => session.ended), 'revoked')
    },
  },
  {
    id: 'P14.27',
    title: 'a request that read the old stamp ends no session that has logged in again meanwhile',
    needs: ['revocation'],
    async run(fixture) {
      const { stamps, device } = withStamps(fixture)
      const ann = await device()
      const tab = ann.copy()
      const { session: changing, finish } = await ann.begin()
      const slow = fixture.connect({
        securityStamp: async (userId) => {
          stamps.set(userId, 'changed')
          await changing.login(userId)
          return stamps.get(userId)
        },
      })
      equal(await tab.at(slow).request((session) => session.ended), 'stale')
      await finish()
      equal(await userOf(ann), 'user-1')
    },
  },
  {
    id: 'P14.28',
    title: 'a connection hears within a touch window that the stamp of its user has changed',
    async run(fixture) {
      const { stamps, manager, device } = withStamps(fixture)
      const ann = await device()
      const watch = await manager.watch({ cookie: ann.cookie })
      fixture.clock.now += limits.touchInterval
      equal(await watch.keepAlive(), true)
      stamps.set('user-1', 'changed')
      fixture.clock.now += limits.touchInterval
      equal(await watch.keepAlive(), false)
      equal(await watch.ended, 'revoked')
    },
  },
]

/** Returns a server that compares stamps, the stamps by user, and the users for whom it has asked. */
function withStamps(fixture: StoreFixture) {
  const stamps = new Map([
    ['user-1', 'first'],
    ['user-2', 'first'],
  ])
  const asked: string[] = []
  const manager = fixture.connect({
    async securityStamp(userId) {
      asked.push(userId)
      return stamps.get(userId)
    },
  })
  /** Returns a browser that is logged in there. */
  const device = async (userId = 'user-1'): Promise<Visitor> => {
    const visitor = fixture.visitor(manager)
    await visitor.request((session) => session.login(userId))
    return visitor
  }
  return { stamps, manager, asked, device }
}

function userOf(visitor: Visitor): Promise<string | undefined> {
  return visitor.request(({ userId }) => userId)
}
