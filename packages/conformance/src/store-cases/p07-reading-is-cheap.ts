import { deepEqual, equal } from 'node:assert/strict'
import { limits, type StoreBench, type StoreCase, type Wrap } from '../store-bench.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['wrap']

/** P7: what a request costs, counted in operations of the backend. */
export const readingIsCheap: readonly StoreCase[] = [
  {
    id: 'P7.1',
    title: 'reading a session is one operation and no write, all through the touch window',
    needs,
    async run(bench) {
      const ann = await signedIn(bench)
      for (let n = 0; n < 20; n++) {
        await ann.visit((session) => JSON.stringify(session.data))
        bench.clock.now += limits.touchInterval / 20 - 1
      }
      deepEqual(bench.calls(), Array(20).fill('find'))
    },
  },
  {
    id: 'P7.2',
    title: 'a request after the touch window touches, once, and the session lives on from there',
    needs,
    async run(bench) {
      const ann = await signedIn(bench)
      bench.clock.now += limits.touchInterval
      await ann.visit()
      await ann.visit()
      deepEqual(bench.calls(), ['find', 'touch', 'find'])
      bench.clock.now += limits.maxAge
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P7.3',
    title: 'a changed session is a read and a write',
    needs,
    async run(bench) {
      const ann = await signedIn(bench)
      await ann.visit(put({ n: 1 }))
      deepEqual(bench.calls(), ['find', 'replace'])
    },
  },
  {
    id: 'P7.4',
    title: 'a visitor who keeps nothing makes no call and gets no cookie, whatever they read',
    needs,
    async run({ visitor, calls }) {
      for (let n = 0; n < 1_000; n++) {
        const ann = visitor()
        await ann.visit((session) => [session.id, session.userId, session.data['n']])
        equal(ann.cookie, undefined)
      }
      deepEqual(calls(), [])
    },
  },
  {
    id: 'P7.5',
    title: 'a visitor who logs out without a session makes no call and gets no cookie',
    needs,
    async run({ visitor, calls }) {
      const ann = visitor()
      await ann.visit((session) => session.destroy())
      deepEqual([calls(), ann.cookie], [[], undefined])
    },
  },
  {
    id: 'P7.6',
    title: 'of many requests of a fleet in one window after it, one write touches',
    needs: ['wrap', 'conditionalWrite'],
    async run(bench) {
      const ann = await signedIn(bench)
      const outcomes: string[] = []
      const spied: Wrap = (backend) => ({
        ...backend,
        async touch(id, times, call) {
          const outcome = await backend.touch(id, times, call)
          outcomes.push(outcome)
          return outcome
        },
      })
      const servers = Array.from({ length: 4 }, () => bench.connect({ wrap: spied }))
      bench.clock.now += limits.touchInterval
      await Promise.all(
        Array.from({ length: 100 }, (_, n) =>
          Object.assign(bench.visitor(servers[n % 4]), { cookie: ann.cookie }).visit(),
        ),
      )
      equal(outcomes.filter((outcome) => outcome === 'touched').length, 1)
    },
  },
]

async function signedIn(bench: StoreBench): Promise<Visitor> {
  const ann = bench.visitor()
  await ann.visit(async (session) => {
    await session.login('user-1')
    session.data['cart'] = ['tea']
  })
  bench.calls()
  return ann
}
