import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { passRealTime } from '../real-time.ts'
import { limits, type StoreCase, type StoreFixture, type Wrap } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['wrap', 'stored']

/** P7: the cost of a request in backend operations; for a store without a backend, what the browser sees. */
export const readingIsCheap: readonly StoreCase[] = [
  {
    id: 'P7.1',
    title: 'reading a session is one operation and no write, all through the touch window',
    needs: ['wrap'],
    async run(fixture) {
      const ann = await signedIn(fixture)
      for (let n = 0; n < 20; n++) {
        await ann.request((session) => JSON.stringify(session.data))
        fixture.clock.now += limits.touchInterval / 20 - 1
      }
      deepEqual(fixture.takeCalls(), Array(20).fill('find'))
    },
  },
  {
    id: 'P7.2',
    title: 'a request after the touch window touches, once, and the session lives on from there',
    needs,
    async run(fixture) {
      const ann = await signedIn(fixture)
      fixture.clock.now += limits.touchInterval
      await ann.request()
      await ann.request()
      deepEqual(fixture.takeCalls(), ['find', 'touch', 'find'])
      fixture.clock.now += limits.maxAge
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P7.3',
    title: 'a changed session is a read and a write',
    needs,
    async run(fixture) {
      const ann = await signedIn(fixture)
      await ann.request(put({ n: 1 }))
      deepEqual(fixture.takeCalls(), ['find', 'replace'])
    },
  },
  {
    id: 'P7.4',
    title: 'a visitor who keeps nothing makes no call and gets no cookie, whatever they read',
    async run({ visitor, takeCalls }) {
      for (let n = 0; n < 1_000; n++) {
        const ann = visitor()
        await ann.request((session) => [session.id, session.userId, session.data['n']])
        equal(ann.cookie, undefined)
      }
      deepEqual(takeCalls(), [])
    },
  },
  {
    id: 'P7.5',
    title: 'a visitor who logs out without a session makes no call and gets no cookie',
    async run({ visitor, takeCalls }) {
      const ann = visitor()
      await ann.request((session) => session.destroy())
      deepEqual([takeCalls(), ann.cookie], [[], undefined])
    },
  },
  {
    id: 'P7.6',
    title: 'of 1,000 reads in one window by four servers, one write touches each session',
    needs: [...needs, 'conditionalWrite'],
    async run(fixture) {
      const people = await Promise.all(Array.from({ length: 10 }, () => signedIn(fixture)))
      const touched: string[] = []
      const spied: Wrap = (backend) => ({
        ...backend,
        async touch(id, times, call) {
          const outcome = await backend.touch(id, times, call)
          if (outcome === 'touched') touched.push(id)
          return outcome
        },
      })
      const servers = Array.from({ length: 4 }, () => fixture.connect({ wrap: spied }))
      fixture.clock.now += limits.touchInterval
      for (let batch = 0; batch < 25; batch++) {
        const visitors = people.flatMap(({ cookie }) =>
          servers.map((server) => Object.assign(fixture.visitor(server), { cookie })),
        )
        await Promise.all(visitors.map((visitor) => visitor.request()))
        fixture.clock.now += limits.touchInterval / 30
      }
      deepEqual([touched.length, new Set(touched).size], [10, 10])
      equal(fixture.takeCalls().includes('replace'), false)
    },
  },
  {
    id: 'P7.9',
    title: 'on a server that has just started, reading a session is one operation too',
    needs,
    async run(fixture) {
      const ann = await signedIn(fixture)
      const there = fixture.connect()
      for (let n = 0; n < 3; n++) {
        await ann
          .copy()
          .at(there)
          .request((session) => JSON.stringify(session.data))
        passRealTime(60_000)
      }
      deepEqual(fixture.takeCalls(), Array(3).fill('find'))
    },
  },
]

async function signedIn(fixture: StoreFixture): Promise<Visitor> {
  const ann = fixture.visitor()
  await ann.request(async (session) => {
    await session.login('user-1')
    session.data['cart'] = ['tea']
  })
  fixture.takeCalls()
  return ann
}
