import { equal, ok, throws } from 'node:assert/strict'
import { limits, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import type { Visitor } from '../visitor.ts'

const minute = 60_000
const ahead = 30 * minute
const needs = ['stored']
const notRecent = { code: 'ERR_SESSION_NOT_RECENT' }

/** P9: times that were written under a clock that was ahead. The clock of each case is set back once, and is right then. */
export const clocksThatWereAhead: readonly StoreCase[] = [
  {
    id: 'P9.8',
    title:
      'a session that was used under a clock ahead lives for its idle limit from the correction on',
    needs,
    async run(fixture) {
      const ann = await seenAhead(fixture)
      equal((await ann.read())?.userId, 'user-1')
      fixture.clock.now += limits.maxAge
      equal((await ann.read())?.userId, 'user-1')
      fixture.clock.now += limits.touchInterval
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P9.9',
    title: 'a login under a clock ahead does not move the absolute limit into the future',
    needs,
    async run({ visitor, clock }) {
      const ann = visitor()
      clock.now += ahead
      await ann.request((session) => session.login('user-1'))
      clock.now -= ahead
      const end = clock.now + limits.absoluteTimeout
      for (; clock.now < end; clock.now += 10 * minute)
        equal(await ann.request((session) => session.userId), 'user-1')
      clock.now = end
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P9.10',
    title: 'a login of the future is not recent, at once',
    async run({ visitor, clock }) {
      const ann = visitor()
      clock.now += ahead
      await ann.request((session) => session.login('user-1'))
      clock.now -= ahead
      await ann.request((session) => throws(() => session.requireRecent('10m'), notRecent))
    },
  },
  {
    id: 'P9.11',
    title: 'nor once the clock has caught up with it; the next login is',
    needs,
    async run({ visitor, clock }) {
      const ann = visitor()
      clock.now += ahead
      await ann.request((session) => session.login('user-1'))
      clock.now -= ahead
      for (let passed = 0; passed <= 2 * ahead; passed += 5 * minute) {
        await ann.request((session) => throws(() => session.requireRecent('10m'), notRecent))
        clock.now += 5 * minute
      }
      await ann.request(async (session) => {
        await session.login('user-1')
        session.requireRecent('10m')
      })
    },
  },
  {
    id: 'P9.12',
    title: 'the list of a user shows no end that is later than any other session may have',
    needs: ['stored', 'list'],
    async run(fixture) {
      await seenAhead(fixture)
      const { manager, clock } = fixture
      const [listed] = await manager.sessions('user-1')
      ok((listed?.expiresAt ?? 0) <= clock.now + limits.maxAge + limits.touchInterval)
      ok((listed?.lastSeenAt ?? 0) <= clock.now)
    },
  },
  {
    id: 'P9.13',
    title: 'a clock that is ahead by no more than a minute changes nothing',
    needs,
    async run({ visitor, clock, takeCalls }) {
      const ann = visitor()
      clock.now += minute
      await ann.request((session) => session.login('user-1'))
      clock.now -= minute
      takeCalls()
      await ann.request((session) => session.requireRecent('10m'))
      equal(takeCalls().join(), 'find')
    },
  },
  {
    id: 'P9.14',
    title: 'a connection corrects its session too, and does not hold it longer',
    needs,
    async run(fixture) {
      const ann = await seenAhead(fixture)
      fixture.clock.now += ahead
      const watch = await fixture.manager.watch({ cookie: ann.cookie })
      fixture.clock.now -= ahead
      equal(await watch.keepAlive(), true)
      fixture.clock.now += limits.maxAge + limits.touchInterval
      equal(await ann.read(), null)
      equal(await watch.keepAlive(), false)
    },
  },
]

/** Returns a user who logged in under a right clock and was last seen under one that is ahead. It is right again now. */
async function seenAhead({ visitor, clock }: StoreFixture): Promise<Visitor> {
  const ann = visitor()
  await ann.request((session) => session.login('user-1'))
  clock.now += ahead
  await ann.request()
  clock.now -= ahead
  return ann
}
