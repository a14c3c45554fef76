import { equal, notEqual } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { limits, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import type { Visitor } from '../visitor.ts'

const needs = ['conditionalWrite', 'revocation']
const minute = 60_000

/** P13: the holder of a copied token can neither stop the rotation nor hide the use of an old token. */
export const thievesAreNoticed: readonly StoreCase[] = [
  {
    id: 'P13.1',
    title: 'an offer that nobody has confirmed for a touch interval is in every response',
    needs,
    async run(fixture) {
      const { ann, thief } = await robbed(fixture)
      fixture.clock.now += limits.rotationInterval
      await take(thief)
      for (let n = 0; n < 3; n++) {
        fixture.clock.now += limits.touchInterval
        deepEqual(await take(thief), [], 'the thief drops the offer but not the touch')
        const { finish, setCookies } = await ann.copy().begin()
        await finish()
        equal(setCookies.length, 1)
      }
      await ann.request()
      notEqual(ann.cookie, thief.cookie)
    },
  },
  {
    id: 'P13.2',
    title: 'the first request with an overdue offer confirms it, whoever has touched the session',
    needs,
    async run(fixture) {
      const { ann, thief } = await robbed(fixture)
      fixture.clock.now += limits.rotationInterval
      await take(thief)
      for (let n = 0; n < 2; n++) {
        fixture.clock.now += limits.touchInterval
        await take(thief)
        await ann.request()
      }
      fixture.clock.now += limits.rotationGrace
      equal(await thief.read(), null)
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P13.3',
    title: 'a token is judged by its own age, however often the session has rotated since',
    needs,
    async run(fixture) {
      const { ann, thief } = await robbed(fixture)
      const replayed: unknown[] = []
      fixture.manager.on('replayed', ({ userId }) => replayed.push(userId))
      for (let n = 0; n < 3; n++) {
        await ann.request((session) => session.rotate())
        equal(await thief.request((session) => session.ended), 'stale')
        fixture.clock.now += 2 * minute
      }
      deepEqual(replayed, [])
      equal(await thief.request((session) => session.ended), 'replayed')
      deepEqual(replayed, ['user-1'])
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P13.4',
    title: 'a watch keeps a session alive only as long as its own token would open it',
    needs,
    async run(fixture) {
      const { ann, thief } = await robbed(fixture)
      const watch = await fixture.manager.watch({ cookie: thief.cookie })
      for (let n = 0; n < 3; n++) {
        fixture.clock.now += limits.touchInterval
        equal(await watch.keepAlive(), true)
      }
      equal((await ann.read())?.userId, 'user-1', 'so far it kept the session alive')
      await ann.request((session) => session.login('user-1'))
      const second = await fixture.manager.watch({ cookie: ann.cookie })
      fixture.clock.now += limits.rotationInterval
      await ann.request()
      fixture.clock.now += limits.touchInterval
      await ann.request()
      const end = fixture.clock.now + limits.maxAge + 2 * limits.touchInterval
      for (; fixture.clock.now < end; fixture.clock.now += limits.touchInterval)
        await second.keepAlive()
      equal(await second.keepAlive(), false)
      equal(await ann.read(), null)
      for (const each of [watch, second]) each.close()
    },
  },
  {
    id: 'P13.5',
    title: 'a watch that wins every touch does not stop the rotation',
    needs,
    async run(fixture) {
      const { ann, thief } = await robbed(fixture)
      const watch = await fixture.manager.watch({ cookie: thief.cookie })
      const end = fixture.clock.now + limits.rotationInterval + 4 * limits.touchInterval
      for (; fixture.clock.now < end; fixture.clock.now += limits.touchInterval) {
        await watch.keepAlive()
        await ann.request()
      }
      watch.close()
      notEqual(ann.cookie, thief.cookie)
      fixture.clock.now += limits.rotationGrace
      equal(await thief.read(), null)
    },
  },
  {
    id: 'P13.6',
    title: 'a rotation that does not progress while the session is in use is an event',
    needs,
    async run(fixture) {
      const { thief } = await robbed(fixture)
      const stalled: number[] = []
      const began = fixture.clock.now
      fixture.manager.on('stalled', ({ why }) => {
        equal(why, 'unconfirmed')
        stalled.push(fixture.clock.now - began)
      })
      for (let n = 0; n < 8 * (limits.rotationInterval / limits.touchInterval); n++) {
        fixture.clock.now += limits.touchInterval
        await take(thief)
      }
      equal(stalled.length, 1)
      equal(Number(stalled[0]) >= 5 * limits.rotationInterval, true)
    },
  },
  {
    id: 'P13.7',
    title: 'watches of two tokens of a session do not pass for one another',
    needs,
    async run(fixture) {
      const { ann, thief } = await robbed(fixture)
      const old = await fixture.manager.watch({ cookie: thief.cookie })
      for (let n = 0; n < 6; n++) {
        fixture.clock.now += limits.touchInterval
        await ann.request()
      }
      const young = await fixture.manager.watch({ cookie: ann.cookie })
      const passMaxAge = async (heard: readonly (typeof old)[]) => {
        const end = fixture.clock.now + limits.maxAge + 2 * limits.touchInterval
        for (; fixture.clock.now < end; fixture.clock.now += limits.touchInterval)
          for (const each of heard) await each.keepAlive()
      }
      await passMaxAge([old, young])
      equal(await young.keepAlive(), true)
      young.close()
      await passMaxAge([old])
      equal(await old.keepAlive(), false)
      equal(await ann.read(), null)
    },
  },
]

/** Returns a browser that is logged in, and a thief with a copy of its cookies. */
async function robbed({ visitor }: StoreFixture): Promise<{ ann: Visitor; thief: Visitor }> {
  const ann = visitor()
  await ann.request((session) => session.login('user-1'))
  return { ann, thief: ann.copy() }
}

/** Makes a request of a thief who keeps the stolen cookies. Returns the names of the cookies that were not offers. */
async function take(thief: Visitor): Promise<readonly string[]> {
  const { session, finish, setCookies } = await thief.copy().begin()
  equal(session.userId, 'user-1')
  await finish()
  return setCookies.filter((line) => !/\.next=/.test(line))
}
