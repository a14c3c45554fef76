import { equal } from 'node:assert/strict'
import { limits, type StoreCase } from '../store-fixture.ts'
import { put } from '../visitor.ts'

const minute = 60_000

/** P9: limits are enforced on the server, by the manager's clock. */
export const limitsAreServerSide: readonly StoreCase[] = [
  {
    id: 'P9.1',
    title:
      'a session left idle is alive up to its limit and dead after it, whatever the cookie says',
    async run({ visitor, clock }) {
      const [idle, early] = [visitor(), visitor()]
      await idle.request((session) => session.login('user-1'))
      await early.request((session) => session.login('user-1'))
      clock.now += limits.maxAge
      equal((await early.read())?.userId, 'user-1')
      clock.now += limits.touchInterval
      equal(await idle.read(), null)
    },
  },
  {
    id: 'P9.2',
    title: 'activity keeps a session alive until the absolute limit, and no further',
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const end = clock.now + limits.absoluteTimeout
      for (; clock.now < end; clock.now += 10 * minute) {
        await ann.request(put({ at: clock.now }))
        equal((await ann.read())?.userId, 'user-1')
      }
      clock.now = end
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P9.3',
    title: 'rotate() does not move the absolute limit',
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const end = clock.now + limits.absoluteTimeout
      for (; clock.now < end; clock.now += 10 * minute)
        await ann.request((session) => session.rotate())
      clock.now = end
      equal(await ann.read(), null)
    },
  },
  {
    id: 'P9.4',
    title: 'a login restarts the absolute limit',
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request(put({ n: 1 }))
      clock.now += 30 * minute
      await ann.request((session) => session.login('user-1'))
      const absolute = await ann.request((session) => session.info?.absoluteExpiresAt)
      equal(absolute, clock.now + limits.absoluteTimeout)
    },
  },
  {
    id: 'P9.5',
    title: 'a login may have limits of its own, shorter or longer',
    async run({ visitor, clock }) {
      const [short, long] = [visitor(), visitor()]
      await short.request((session) => session.login('user-1', { maxAge: '4m' }))
      const forLong = { maxAge: '20h', absoluteTimeout: '40h' } as const
      await long.request((session) => session.login('user-1', forLong))
      clock.now += 5 * minute
      equal(await short.read(), null)
      clock.now += 19 * 60 * minute
      equal((await long.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P9.6',
    title: 'reading alone slides the idle limit',
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      for (let n = 0; n < 10; n++) {
        clock.now += limits.maxAge - minute
        equal(await ann.request((session) => session.userId), 'user-1')
      }
    },
  },
]
