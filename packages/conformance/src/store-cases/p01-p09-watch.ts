import { equal, notEqual, rejects } from 'node:assert/strict'
import type { Watch } from '@sojourn/core'
import { failing } from '../faults.ts'
import { limits, type StoreCase, type StoreFixture, type Wrap } from '../store-fixture.ts'
import type { TestData, Visitor } from '../visitor.ts'

const needs = ['revocation']

/** What P1, P3, P4, P7, P8 and P9 mean to a connection that lives longer than a request. */
export const watches: readonly StoreCase[] = [
  {
    id: 'P1.10',
    title: 'a connection hears within a touch window that another server has ended its session',
    needs,
    async run(fixture) {
      const { ann, watch } = await connected(fixture)
      fixture.clock.now += limits.touchInterval
      await ann.visit((session) => session.destroy())
      await isOver(watch, 'logout')
    },
  },
  {
    id: 'P3.11',
    title: 'a connection outlives the tokens of its session that rotate by age',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const { ann, watch } = await connected(fixture)
      const first = ann.cookie
      for (let passed = 0; passed < 3 * limits.rotationInterval; passed += limits.touchInterval) {
        fixture.clock.now += limits.touchInterval
        await ann.visit()
        equal(await watch.keepAlive(), true)
      }
      notEqual(ann.cookie, first)
      watch.close()
    },
  },
  {
    id: 'P4.13',
    title: 'a connection that began before an elevation on another server is over',
    needs,
    async run(fixture) {
      const { ann, watch } = await connected(fixture)
      fixture.clock.now += limits.touchInterval
      await ann.visit((session) => session.rotate())
      await isOver(watch, 'stale')
    },
  },
  {
    id: 'P7.7',
    title:
      'a connection keeps its session alive by one touch in a window, however often it is heard',
    needs: ['stored'],
    async run(fixture) {
      const { ann, watch } = await connected(fixture)
      fixture.calls()
      let touches = 0
      for (let passed = 0; passed <= limits.maxAge; passed += limits.touchInterval) {
        fixture.clock.now += limits.touchInterval
        for (let heard = 0; heard < 10; heard++) equal(await watch.keepAlive(), true)
        touches++
      }
      equal(fixture.calls().filter((call) => call === 'touch').length, touches)
      equal((await ann.peek())?.userId, 'user-1')
      watch.close()
    },
  },
  {
    id: 'P8.5',
    title: 'a store that is down is an error to a connection, and never the end of its session',
    needs: ['wrap'],
    async run(fixture) {
      const switched = { isDown: false }
      const { watch } = await connected(fixture, failing(['find'], switched))
      switched.isDown = true
      fixture.clock.now += limits.touchInterval
      await rejects(watch.keepAlive(), { code: 'ERR_STORE_UNAVAILABLE' })
      switched.isDown = false
      fixture.clock.now += limits.touchInterval
      equal(await watch.keepAlive(), true)
      watch.close()
    },
  },
  {
    id: 'P9.7',
    title: 'a connection that nobody hears is over when its session is',
    async run(fixture) {
      const { watch } = await connected(fixture)
      fixture.clock.now += limits.maxAge + limits.touchInterval
      await isOver(watch, 'gone')
    },
  },
]

/** A browser that is signed in, and its connection to another server. */
async function connected(
  fixture: StoreFixture,
  wrap?: Wrap,
): Promise<{ ann: Visitor; watch: Watch<TestData> }> {
  const ann = fixture.visitor()
  await ann.visit((session) => session.login('user-1'))
  const server = fixture.connect(wrap ? { wrap } : {})
  return { ann, watch: await server.watch({ cookie: ann.cookie }) }
}

/** The connection is heard, and told that it is over, and why. */
async function isOver(watch: Watch<TestData>, why: string): Promise<void> {
  equal(await watch.keepAlive(), false)
  equal(await watch.ended, why)
}
