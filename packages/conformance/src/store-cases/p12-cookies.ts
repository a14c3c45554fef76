import { equal } from 'node:assert/strict'
import type { Session } from '@sojourn/core'
import { deepEqual } from '../asserts.ts'
import { createJar, nameOf } from '../jar.ts'
import { limits, type StoreCase } from '../store-fixture.ts'
import { assign, put, type TestData, type Visitor } from '../visitor.ts'

type Handle = (session: Session<TestData>) => unknown

/** P12: a response sets the cookie only if it has a reason to. */
export const cookiesForCause: readonly StoreCase[] = [
  {
    id: 'P12.1',
    title: 'what this request created, rotated, elevated or ended sends the cookie once',
    async run({ visitor, manager }) {
      const ann = visitor()
      const causes: Handle[] = [
        put({ n: 1 }),
        (session) => session.rotate(),
        (session) => session.login('user-1'),
        (session) => session.login('user-1'),
        (session) => session.destroy(),
      ]
      for (const cause of causes) {
        const names = (await respond(ann, cause)).map(nameOf)
        deepEqual(
          names.filter((name) => name === manager.cookieName),
          [manager.cookieName],
        )
      }
      equal(ann.cookie, undefined)
    },
  },
  {
    id: 'P12.2',
    title: 'reading, touching and changing data in the store sends none',
    needs: ['stored'],
    async run({ visitor, clock }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const quiet: Handle[] = [
        () => undefined,
        (session) => session.data['n'],
        put({ n: 1 }),
        (session) => session.update(assign({ n: 2 })),
      ]
      for (const handle of quiet) {
        deepEqual(await respond(ann, handle), [])
        clock.now += limits.touchInterval
      }
    },
  },
  {
    id: 'P12.3',
    title: 'a logout that finds its session ended by another request sends none',
    needs: ['revocation'],
    async run({ visitor }) {
      const ann = visitor()
      await ann.request(put({ n: 1 }))
      const late = await ann.copy().begin()
      await ann.request((session) => session.login('user-1'))
      await late.session.destroy()
      await late.finish()
      deepEqual(late.setCookies, [])
      equal((await ann.read())?.userId, 'user-1')
    },
  },
  {
    id: 'P12.4',
    title: 'a late request with a token that was rotated away keeps nothing and sends none',
    needs: ['revocation'],
    async run({ visitor }) {
      const ann = visitor()
      await ann.request((session) => session.login('user-1'))
      const late = ann.copy()
      await ann.request((session) => session.rotate())
      deepEqual(await respond(late, put({ n: 1 })), [])
      equal(await late.request((session) => session.ended), 'stale')
    },
  },
  {
    id: 'P12.5',
    title: 'an offer of rotation that arrives after a login does not overwrite its cookie',
    needs: ['conditionalWrite', 'revocation'],
    async run({ visitor, clock }) {
      for (const before of ['user-1', undefined]) {
        const ann = visitor()
        await ann.request(async (session) => {
          if (before) await session.login(before)
          else session.data['n'] = 1
        })
        clock.now += limits.rotationInterval
        const late = await ann.copy().begin()
        await late.finish()
        equal(late.setCookies.length, 1, 'the offer')
        await ann.request((session) => session.login('user-1'))
        arriveLate(ann, late.setCookies)
        equal((await ann.read())?.userId, 'user-1')
        clock.now += limits.touchInterval
        await ann.request()
        equal((await ann.read())?.userId, 'user-1')
      }
    },
  },
]

/** Lets the cookies of a response arrive at a browser after all others. */
function arriveLate(browser: Visitor, setCookies: readonly string[]): void {
  const jar = createJar(browser.cookie)
  jar.take(setCookies)
  browser.cookie = jar.header
}

async function respond(visitor: Visitor, handle: Handle): Promise<readonly string[]> {
  const { session, finish, setCookies } = await visitor.begin()
  await handle(session)
  await finish()
  return setCookies
}
