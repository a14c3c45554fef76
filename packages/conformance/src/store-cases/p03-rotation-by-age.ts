import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { limits, type StoreBench, type StoreCase } from '../store-bench.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['conditionalWrite', 'revocation']
const minute = 60_000

/** P3: rotation by age changes the token and signs nobody out. */
export const rotationByAge: readonly StoreCase[] = [
  {
    id: 'P3.1',
    title: 'a token of age is offered a successor, and both open until the successor is seen',
    needs,
    async run(bench) {
      const { old, ann } = await offered(bench)
      notEqual(ann.cookie, old.cookie)
      for (const browser of [old, ann, old]) equal((await browser.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.2',
    title:
      'the token before a confirmed one opens for the grace, then it is stale and gets no cookie',
    needs,
    async run(bench) {
      const { old, ann } = await confirmed(bench)
      bench.clock.now += limits.rotationGrace - 1
      equal((await old.look())?.userId, 'user-1')
      bench.clock.now += 1
      const { session, finish, setCookies } = await old.begin()
      deepEqual([session.ended, session.userId], ['stale', undefined])
      session.data['late'] = true
      await finish()
      deepEqual(setCookies, [])
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.3',
    title: 'an offer that was lost is made again, of the same token',
    needs,
    async run(bench) {
      const { old, ann } = await offered(bench)
      const lost = ann.cookie
      for (let n = 0; n < 3; n++) {
        bench.clock.now += limits.touchInterval
        const { finish, setCookies } = await old.copy().begin()
        await finish()
        deepEqual(
          setCookies.map((line) => line.split(';')[0]),
          [lost],
        )
      }
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.4',
    title: 'of parallel requests with a token of age one carries the offer, and all stay signed in',
    needs,
    async run(bench) {
      const ann = await signedIn(bench)
      bench.clock.now += limits.rotationInterval
      const visits = await Promise.all(Array.from({ length: 6 }, () => ann.copy().begin()))
      await Promise.all(visits.map(({ finish }) => finish()))
      equal(visits.flatMap(({ setCookies }) => setCookies).length, 1)
      equal(visits.filter(({ session }) => session.userId === 'user-1').length, 6)
      equal((await ann.look())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.5',
    title: 'no token rotates before its age, nor between two touches',
    needs,
    async run(bench) {
      const ann = await signedIn(bench)
      bench.clock.now += limits.rotationInterval - limits.touchInterval
      await ann.visit()
      const early = ann.cookie
      bench.clock.now += limits.touchInterval - 1
      await ann.visit()
      equal(ann.cookie, early)
    },
  },
  {
    id: 'P3.6',
    title: 'a change and an offer in one request are one write, and both hold',
    needs: [...needs, 'wrap', 'stored'],
    async run(bench) {
      const ann = await signedIn(bench)
      bench.clock.now += limits.rotationInterval
      bench.calls()
      const old = ann.cookie
      await ann.visit(put({ n: 1 }))
      deepEqual(bench.calls(), ['find', 'replace'])
      notEqual(ann.cookie, old)
      deepEqual((await ann.look())?.data, { n: 1 })
    },
  },
  {
    id: 'P3.7',
    title: 'an explicit rotate() kills what was offered and what had grace',
    needs,
    async run(bench) {
      const { old, ann } = await offered(bench)
      const taken = ann.copy()
      await old.visit((session) => session.rotate())
      equal(await taken.look(), null)
      const again = await confirmed(bench)
      await again.ann.visit((session) => session.rotate())
      equal(await again.old.look(), null)
    },
  },
  {
    id: 'P3.8',
    title: 'a token used long after it was rotated away is a replay: told of, and the session ends',
    needs,
    async run(bench) {
      const { old, ann } = await confirmed(bench)
      const replayed: unknown[] = []
      bench.manager.on('replayed', ({ userId }) => replayed.push(userId))
      bench.clock.now += 5 * minute
      equal(await old.look(), null)
      deepEqual(replayed, ['user-1'])
      equal(await ann.look(), null)
      equal(await ann.visit((session) => session.ended), 'replayed')
    },
  },
  {
    id: 'P3.9',
    title: 'what a replay ends is the policy: nothing, or all sessions of the user',
    needs: [...needs, 'list'],
    async run(bench) {
      for (const [onReplay, left] of [
        ['ignore', 2],
        ['revokeAll', 0],
      ] as const) {
        const manager = bench.connect({ onReplay })
        const user = `user-${onReplay}`
        await bench.visitor(manager).visit((session) => session.login(user))
        const { old, ann } = await confirmed(bench, bench.visitor(manager), user)
        bench.clock.now += 5 * minute
        await old.look()
        equal((await manager.sessions(user)).length, left)
        equal((await ann.look()) !== null, left > 0)
      }
    },
  },
  {
    id: 'P3.10',
    title: 'rotation by age does not move the absolute limit',
    needs,
    async run(bench) {
      const ann = await signedIn(bench)
      const end = bench.clock.now + limits.absoluteTimeout
      const seen = new Set<string | undefined>()
      for (; bench.clock.now < end; bench.clock.now += limits.touchInterval) {
        await ann.visit()
        seen.add(ann.cookie)
      }
      equal(seen.size > 10, true, 'it rotated')
      bench.clock.now = end
      equal(await ann.look(), null)
    },
  },
]

async function signedIn(
  { visitor }: StoreBench,
  ann = visitor(),
  user = 'user-1',
): Promise<Visitor> {
  await ann.visit((session) => session.login(user))
  return ann
}

/** A browser that was offered a successor of its token, and another that did not get it. */
async function offered(bench: StoreBench, browser?: Visitor, user?: string) {
  const ann = await signedIn(bench, browser, user)
  const old = ann.copy()
  bench.clock.now += limits.rotationInterval
  await ann.visit()
  return { old, ann }
}

/** The same after the successor was seen. */
async function confirmed(bench: StoreBench, browser?: Visitor, user?: string) {
  const { old, ann } = await offered(bench, browser, user)
  bench.clock.now += limits.touchInterval
  await ann.visit()
  return { old, ann }
}
