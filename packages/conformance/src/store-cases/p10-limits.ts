import { equal, rejects } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { rounds, type StoreCase } from '../store-fixture.ts'
import { put } from '../visitor.ts'

const needs = ['list', 'limit']

/** P10: the limit of sessions per user is enforced in the operation that creates a session. */
export const limitOfSessions: readonly StoreCase[] = [
  {
    id: 'P10.6',
    title: '40 parallel logins with limit 3 leave exactly 3, and list and cookies agree',
    needs,
    async run({ connect, visitor }) {
      for (let round = 0; round < rounds / 30; round++) {
        const servers = [connect({ limit: { max: 3 } }), connect({ limit: { max: 3 } })]
        const user = `user-${round}`
        const all = Array.from({ length: 40 }, (_, n) => visitor(servers[n % 2]))
        await Promise.all(all.map((ann) => ann.request((session) => session.login(user))))
        const listed = (await servers[0]?.sessions(user)) ?? []
        equal(listed.length, 3)
        const liveIds = await Promise.all(
          all.map((ann) => ann.request((session) => session.info?.id)),
        )
        deepEqual(liveIds.filter(Boolean).sort(), listed.map(({ id }) => id).sort())
      }
    },
  },
  {
    id: 'P10.7',
    title: 'with evict the session that would expire first ends, and is told why',
    needs,
    async run({ connect, visitor, clock }) {
      const manager = connect({ limit: { max: 2 } })
      const [first, second, third] = [visitor(manager), visitor(manager), visitor(manager)]
      for (const ann of [first, second, third]) {
        await ann.request((session) => session.login('user-1'))
        clock.now += 1_000
      }
      equal(await first.request((session) => session.ended), 'evicted')
      for (const ann of [second, third]) equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P10.8',
    title: 'with refuse the login rejects, and the session that it began from is untouched',
    needs,
    async run({ connect, visitor }) {
      const manager = connect({ limit: { max: 1, onExceed: 'refuse' } })
      const [inside, outside] = [visitor(manager), visitor(manager)]
      await inside.request((session) => session.login('user-1'))
      await outside.request(put({ cart: ['tea'] }))
      const { session, finish, setCookies } = await outside.begin()
      await rejects(session.login('user-1'), { code: 'ERR_SESSION_LIMIT', status: 403 })
      await finish()
      deepEqual(setCookies, [])
      deepEqual(await outside.read(), { data: { cart: ['tea'] }, userId: undefined })
      await inside.request((same) => same.login('user-1'))
      equal((await manager.sessions('user-1')).length, 1)
    },
  },
  {
    id: 'P10.9',
    title: 'the limit may depend on the user, and a session that ended makes room',
    needs,
    async run({ connect, visitor }) {
      const max = async (userId: string) => (userId === 'guest' ? 1 : 2)
      const manager = connect({ limit: { max, onExceed: 'refuse' } })
      const login = async (user: string) => {
        const ann = visitor(manager)
        await ann.request((session) => session.login(user))
        return ann
      }
      const guest = await login('guest')
      await rejects(login('guest'), { code: 'ERR_SESSION_LIMIT' })
      await guest.request((session) => session.destroy())
      await login('guest')
      await login('member')
      await login('member')
      await rejects(login('member'), { code: 'ERR_SESSION_LIMIT' })
    },
  },
]
