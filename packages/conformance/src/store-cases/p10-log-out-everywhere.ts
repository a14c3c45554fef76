import { equal, rejects } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { createBackendControl } from '../backend-control.ts'
import { rounds, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['list']

/** P10: all sessions of a user end in one call, and each that ended is an event. */
export const loggingOutEverywhere: readonly StoreCase[] = [
  {
    id: 'P10.10',
    title: 'revokeAll emits an event for each session that it ends, and for no other',
    needs,
    async run(fixture) {
      const { manager, visitor } = fixture
      const [kept, out, ...others] = await devices(fixture, 4)
      const except = (await kept?.request((session) => session.id)) ?? ''
      await out?.request((session) => session.destroy())
      await visitor().request((session) => session.login('user-2'))
      const ids = await idsOf(others)
      const ended = endedBy(fixture)
      equal(await manager.revokeAll('user-1', { except }), 2)
      deepEqual(ended.sort(), ids.map((id) => `${id} revoked`).sort())
    },
  },
  {
    id: 'P10.11',
    title: 'destroyAll ends the sessions of the user on all devices, its own last and as a logout',
    needs: [...needs, 'revocation'],
    async run(fixture) {
      const [here, ...others] = await devices(fixture, 3)
      const bob = fixture.visitor()
      await bob.request((session) => session.login('user-2'))
      const [tab, ids] = [here?.copy(), await idsOf(others)]
      const own = await here?.request((session) => session.id)
      const ended = endedBy(fixture)
      const after = await here?.request(async (session) => {
        const count = await session.destroyAll()
        return { count, ended: session.ended, userId: session.userId }
      })
      deepEqual(after, { count: 3, ended: 'logout', userId: undefined })
      equal(ended.pop(), `${own} logout`)
      deepEqual(ended.sort(), ids.map((id) => `${id} revoked`).sort())
      equal(here?.cookie, undefined)
      equal(await tab?.request((session) => session.ended), 'logout')
      for (const other of others) equal(await other.request((session) => session.ended), 'revoked')
      equal((await bob.read())?.userId, 'user-2')
    },
  },
  {
    id: 'P10.12',
    title:
      'destroyAll leaves its own session alive if the others cannot be ended, to be called again',
    needs: [...needs, 'wrap'],
    async run(fixture) {
      const control = createBackendControl()
      const others = await devices(fixture, 2)
      const here = fixture.visitor(fixture.connect({ wrap: control.wrap }))
      await here.request((session) => session.login('user-1'))
      const outage = control.fail(['list', 'removeGroup'])
      const { session, finish, setCookies } = await here.begin()
      await rejects(session.destroyAll(), { code: 'ERR_STORE_UNAVAILABLE', status: 503 })
      await finish()
      deepEqual(setCookies, [])
      outage.stop()
      equal((await here.read())?.userId, 'user-1')
      await here.request((again) => again.destroyAll())
      for (const each of [here, ...others]) equal(await each.read(), null)
    },
  },
  {
    id: 'P10.13',
    title: 'devices that log out everywhere at once leave no session, and each ends once',
    needs,
    async run(fixture) {
      const ended = endedBy(fixture)
      for (let round = 0; round < rounds / 10; round++) {
        const all = await devices(fixture, 3)
        const ids = await idsOf(all)
        ended.length = 0
        const requests = await Promise.all(all.map((device) => device.begin()))
        const counts = await Promise.all(requests.map(({ session }) => session.destroyAll()))
        await Promise.all(requests.map(({ finish }) => finish()))
        deepEqual(ended.map((event) => event.split(' ')[0]).sort(), ids.sort())
        equal(sum(counts), 3)
        deepEqual(await fixture.manager.sessions('user-1'), [])
      }
    },
  },
  {
    id: 'P10.14',
    title: 'destroyAll of a session without a user ends it alone, and of a new one nothing',
    needs,
    async run(fixture) {
      const [ann] = await devices(fixture, 1)
      const anonymous = fixture.visitor()
      await anonymous.request(put({ n: 1 }))
      equal(await anonymous.request((session) => session.destroyAll()), 1)
      equal(anonymous.cookie, undefined)
      equal(await fixture.visitor().request((session) => session.destroyAll()), 0)
      equal((await ann?.read())?.userId, 'user-1')
    },
  },
]

/** Returns browsers, each logged in as the same user. */
async function devices({ visitor }: StoreFixture, count: number): Promise<Visitor[]> {
  const all = Array.from({ length: count }, () => visitor())
  for (const device of all) await device.request((session) => session.login('user-1'))
  return all
}

function idsOf(all: readonly Visitor[]): Promise<string[]> {
  return Promise.all(all.map((device) => device.request((session) => session.id)))
}

/** Returns the events `ended` from here on, as id and reason, oldest first. The array is live. */
function endedBy({ manager }: StoreFixture): string[] {
  const events: string[] = []
  manager.on('ended', ({ id, reason }) => void events.push(`${id} ${reason}`))
  return events
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0)
}
