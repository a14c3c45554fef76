import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { StoreCase, StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['revocation']

/** P4: however often a login is sent, as by a double click, it leaves one session, and no way back by an old token. */
export const parallelLogins: readonly StoreCase[] = [
  {
    id: 'P4.14',
    title: '20 logins at once of one visitor leave one session, which every response opens',
    needs,
    async run(fixture) {
      for (let round = 0; round < 20; round++) {
        const userId = `user-${round}`
        const ann = fixture.visitor()
        await ann.request(put({ cart: ['tea'] }))
        const { ids, delivered } = await clickTwentyTimes(fixture, ann, userId)
        equal(ids.size, 1)
        equal(delivered.length, 20)
        for (const click of delivered) {
          const found = await click.read()
          equal(found?.userId, userId)
          // What is sealed in a token cannot be read again by the clicks that come after the first.
          if (fixture.manager.supports.conditionalWrite) deepEqual(found.data, { cart: ['tea'] })
        }
        if (fixture.manager.supports.list)
          deepEqual(
            (await fixture.manager.sessions(userId)).map(({ id }) => id),
            [...ids],
          )
      }
    },
  },
  {
    id: 'P4.15',
    title: '20 re-authentications at once leave one session, which every response opens',
    needs,
    async run(fixture) {
      for (let round = 0; round < 20; round++) {
        const userId = `user-${round}`
        const ann = fixture.visitor()
        await ann.request((session) => session.login(userId))
        const old = ann.copy()
        fixture.clock.now += 60_000
        const { ids, delivered } = await clickTwentyTimes(fixture, ann, userId)
        equal(ids.size, 1)
        equal(delivered.length > 0, true)
        for (const click of delivered) equal((await click.read())?.userId, userId)
        equal(await old.read(), null)
        if (fixture.manager.supports.list)
          deepEqual(
            (await fixture.manager.sessions(userId)).map(({ id }) => id),
            [...ids],
          )
      }
    },
  },
  {
    id: 'P4.16',
    title: 'a login whose token somebody else has rotated away ends the session of that token',
    needs,
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const thief = ann.copy()
      clock.now += 60_000
      await thief.request((session) => session.rotate())
      const bob = ann.copy()
      await bob.request((session) => session.login('user-2'))
      equal((await thief.read())?.userId, 'user-1', 'the login of another user ends nothing')
      await ann.request((session) => session.login('user-1'))
      equal(await thief.read(), null)
      equal((await ann.read())?.userId, 'user-1')
    },
  },
]

/**
 * Logs a visitor in by 20 requests at once, which all carry the cookie that it has. Returns the ids of the sessions, and
 * the browsers that each got one response. A login may be refused because a parallel one was first.
 */
async function clickTwentyTimes({ scheduler }: StoreFixture, ann: Visitor, userId: string) {
  const ids = new Set<string>()
  const delivered: Visitor[] = []
  const clicks = Array.from({ length: 20 }, () => ann.copy())
  await Promise.all(
    clicks.map(async (click, delay) => {
      for (let n = 0; n < delay; n++) await scheduler.step()
      const { session, finish, setCookies } = await click.begin()
      const outcome = await session.login(userId).then(
        () => 'done',
        (error: { code: string }) => error.code,
      )
      if (outcome === 'ERR_SESSION_SUPERSEDED') return
      equal(outcome, 'done')
      ids.add(session.id)
      await finish()
      equal(setCookies.length > 0, true)
      delivered.push(click)
    }),
  )
  return { ids, delivered }
}
