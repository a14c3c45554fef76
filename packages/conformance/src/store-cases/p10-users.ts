import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { limits, rounds, type StoreCase } from '../store-fixture.ts'
import { put } from '../visitor.ts'

const needs = ['list']

/** P10: a user's list contains every live session. */
export const usersSessions: readonly StoreCase[] = [
  {
    id: 'P10.1',
    title: 'a list names all live sessions of a user and nobody else, with what was said of each',
    needs,
    async run({ visitor, manager, clock }) {
      for (const name of ['phone', 'desktop']) {
        await visitor().request((session) => session.login('user-1', { client: { name } }))
        clock.now += 1_000
      }
      await visitor().request((session) => session.login('user-2'))
      await visitor().request(put({ anonymous: true }))
      const listed = await manager.sessions('user-1')
      deepEqual(
        listed.map(({ client, userId }) => [client['name'], userId]),
        [
          ['desktop', 'user-1'],
          ['phone', 'user-1'],
        ],
      )
      deepEqual(await manager.sessions('nobody'), [])
    },
  },
  {
    id: 'P10.2',
    title:
      'a session that logged out, was revoked or expired is not listed; one that rotated is, once',
    needs,
    async run({ visitor, manager, clock }) {
      const [out, revoked, expired, rotated] = [visitor(), visitor(), visitor(), visitor()]
      await expired.request((session) => session.login('user-1'))
      clock.now += limits.maxAge
      for (const ann of [out, revoked, rotated])
        await ann.request((session) => session.login('user-1'))
      clock.now += limits.touchInterval
      await out.request((session) => session.destroy())
      equal(await manager.revoke(await revoked.request((session) => session.id)), true)
      await rotated.request((session) => session.rotate())
      const id = await rotated.request((session) => session.id)
      deepEqual(
        (await manager.sessions('user-1')).map((info) => info.id),
        [id],
      )
    },
  },
  {
    id: 'P10.3',
    title:
      'revoking one session ends that one and says so; revoking it again says it was not alive',
    needs: ['revocation'],
    async run({ visitor, manager }) {
      const [one, two] = [visitor(), visitor()]
      for (const ann of [one, two]) await ann.request((session) => session.login('user-1'))
      const id = await one.request((session) => session.id)
      equal(await manager.revoke(id), true)
      equal(await manager.revoke(id), false)
      equal(await one.read(), null)
      equal((await two.read())?.userId, 'user-1')
      equal(await one.request((session) => session.ended), 'revoked')
    },
  },
  {
    id: 'P10.4',
    title: 'revoking all but one ends all others',
    needs,
    async run({ visitor, manager }) {
      const all = [visitor(), visitor(), visitor(), visitor()]
      const other = visitor()
      await other.request((session) => session.login('user-2'))
      for (const ann of all) await ann.request((session) => session.login('user-1'))
      const [kept, ...others] = all
      const except = await kept?.request((session) => session.id)
      equal(await manager.revokeAll('user-1', except === undefined ? {} : { except }), 3)
      for (const ann of others) equal(await ann.read(), null)
      equal((await kept?.read())?.userId, 'user-1')
      equal((await other.read())?.userId, 'user-2')
      equal(await manager.revokeAll('user-1'), 1)
    },
  },
  {
    id: 'P10.5',
    title: 'revoking all while others log in misses none: each ended, or listed',
    needs,
    async run({ visitor, manager }) {
      for (let round = 0; round < rounds / 10; round++) {
        const user = `user-${round}`
        const all = Array.from({ length: 6 }, () => visitor())
        const login = (n: number) => all[n]?.request((session) => session.login(user))
        await Promise.all([login(0), login(1), login(2)])
        // Each round the last login begins later, so that one meets the revocation at each of its steps.
        const late = turns(round).then(() => login(5))
        await Promise.all([login(3), login(4), manager.revokeAll(user), late])
        const alive = (await Promise.all(all.map((ann) => ann.read()))).filter(Boolean).length
        equal((await manager.sessions(user)).length, alive)
        for (const n of [0, 1, 2]) equal(await all[n]?.read(), null)
      }
    },
  },
]

/** Lets so many microtasks run. */
async function turns(count: number): Promise<void> {
  for (let turn = 0; turn < count; turn++) await undefined
}
