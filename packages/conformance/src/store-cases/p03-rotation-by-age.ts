import { equal, notEqual } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { limits, type StoreCase, type StoreFixture } from '../store-fixture.ts'
import { put, type Visitor } from '../visitor.ts'

const needs = ['conditionalWrite', 'revocation']
const minute = 60_000

/** P3: rotation by age changes the token and signs no user out. */
export const rotationByAge: readonly StoreCase[] = [
  {
    id: 'P3.1',
    title: 'a token of age is offered a successor, and both open until the successor is seen',
    needs,
    async run(fixture) {
      const { old, ann } = await offered(fixture)
      notEqual(ann.cookie, old.cookie)
      for (const browser of [old, ann, old]) equal((await browser.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.2',
    title:
      'the token before a confirmed one opens for the grace, then it is stale and gets no cookie',
    needs,
    async run(fixture) {
      const { old, ann } = await confirmed(fixture)
      fixture.clock.now += limits.rotationGrace - 1
      equal((await old.read())?.userId, 'user-1')
      fixture.clock.now += 1
      const { session, finish, setCookies } = await old.begin()
      deepEqual([session.ended, session.userId], ['stale', undefined])
      session.data['late'] = true
      await finish()
      deepEqual(setCookies, [])
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.3',
    title: 'an offer that was lost is made again, of the same token',
    needs,
    async run(fixture) {
      const { old, ann } = await offered(fixture)
      const lost = ann.cookie?.split('; ').at(-1)
      for (let n = 0; n < 3; n++) {
        fixture.clock.now += limits.touchInterval
        const { finish, setCookies } = await old.copy().begin()
        await finish()
        deepEqual(
          setCookies.map((line) => line.split(';')[0]),
          [lost],
        )
      }
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.4',
    title: 'of parallel requests with a token of age one carries the offer, and all stay signed in',
    needs,
    async run(fixture) {
      const ann = await signedIn(fixture)
      fixture.clock.now += limits.rotationInterval
      const visits = await Promise.all(Array.from({ length: 6 }, () => ann.copy().begin()))
      await Promise.all(visits.map(({ finish }) => finish()))
      equal(visits.flatMap(({ setCookies }) => setCookies).length, 1)
      equal(visits.filter(({ session }) => session.userId === 'user-1').length, 6)
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P3.5',
    title: 'no token rotates before its age, nor between two touches',
    needs,
    async run(fixture) {
      const ann = await signedIn(fixture)
      fixture.clock.now += limits.rotationInterval - limits.touchInterval
      await ann.request()
      const early = ann.cookie
      fixture.clock.now += limits.touchInterval - 1
      await ann.request()
      equal(ann.cookie, early)
    },
  },
  {
    id: 'P3.6',
    title: 'a change and an offer in one request are one write, and both hold',
    needs: [...needs, 'wrap', 'stored'],
    async run(fixture) {
      const ann = await signedIn(fixture)
      fixture.clock.now += limits.rotationInterval
      fixture.takeCalls()
      const old = ann.cookie
      await ann.request(put({ n: 1 }))
      deepEqual(fixture.takeCalls(), ['find', 'replace'])
      notEqual(ann.cookie, old)
      deepEqual((await ann.read())?.data, { n: 1 })
    },
  },
  {
    id: 'P3.7',
    title: 'an explicit rotate() kills what was offered and what had grace',
    needs,
    async run(fixture) {
      const { old, ann } = await offered(fixture)
      const taken = ann.copy()
      await old.request((session) => session.rotate())
      equal(await taken.read(), null)
      const again = await confirmed(fixture)
      await again.ann.request((session) => session.rotate())
      equal(await again.old.read(), null)
    },
  },
  {
    id: 'P3.8',
    title: 'a token used long after it was rotated away is a replay: told of, and the session ends',
    needs,
    async run(fixture) {
      const { old, ann } = await confirmed(fixture)
      const replayed: unknown[] = []
      fixture.manager.on('replayed', ({ userId }) => replayed.push(userId))
      fixture.clock.now += 5 * minute
      equal(await old.read(), null)
      deepEqual(replayed, ['user-1'])
      equal(await ann.read(), null)
      equal(await ann.request((session) => session.ended), 'replayed')
    },
  },
  {
    id: 'P3.9',
    title: 'what a replay ends is the policy: nothing, or all sessions of the user',
    needs: [...needs, 'list'],
    async run(fixture) {
      for (const [onReplay, left] of [
        ['ignore', 2],
        ['revokeAll', 0],
      ] as const) {
        const manager = fixture.connect({ onReplay })
        const user = `user-${onReplay}`
        await fixture.visitor(manager).request((session) => session.login(user))
        const { old, ann } = await confirmed(fixture, fixture.visitor(manager), user)
        fixture.clock.now += 5 * minute
        await old.read()
        equal((await manager.sessions(user)).length, left)
        equal((await ann.read()) !== null, left > 0)
      }
    },
  },
  {
    id: 'P3.10',
    title: 'rotation by age does not move the absolute limit',
    needs,
    async run(fixture) {
      const ann = await signedIn(fixture)
      const end = fixture.clock.now + limits.absoluteTimeout
      const seen = new Set<string | undefined>()
      for (; fixture.clock.now < end; fixture.clock.now += limits.touchInterval) {
        await ann.request()
        seen.add(ann.cookie)
      }
      equal(seen.size > 10, true, 'it rotated')
      fixture.clock.now = end
      equal(await ann.read(), null)
    },
  },
]

async function signedIn(
  { visitor }: StoreFixture,
  ann = visitor(),
  user = 'user-1',
): Promise<Visitor> {
  await ann.request((session) => session.login(user))
  return ann
}

/** Returns a browser that was offered a new token, and a copy of it that has only the old one. */
async function offered(fixture: StoreFixture, browser?: Visitor, user?: string) {
  const ann = await signedIn(fixture, browser, user)
  const old = ann.copy()
  fixture.clock.now += limits.rotationInterval
  await ann.request()
  return { old, ann }
}

/** Returns the same after the new token has been used. */
async function confirmed(fixture: StoreFixture, browser?: Visitor, user?: string) {
  const { old, ann } = await offered(fixture, browser, user)
  fixture.clock.now += limits.touchInterval
  await ann.request()
  return { old, ann }
}
