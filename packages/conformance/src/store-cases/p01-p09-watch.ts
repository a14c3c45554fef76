import { equal, notEqual, rejects } from 'node:assert/strict'
import type { Watch } from '@sojourn/core'
import { createBackendControl } from '../backend-control.ts'
import { limits, type StoreCase, type StoreFixture, type Wrap } from '../store-fixture.ts'
import type { TestData, Visitor } from '../visitor.ts'

const needs = ['revocation']

/** P1, P3, P4, P7, P8 and P9 for connections that outlive a request. */
export const watches: readonly StoreCase[] = [
  {
    id: 'P1.10',
    title: 'a connection hears within a touch window that another server has ended its session',
    needs,
    async run(fixture) {
      const { ann, watch } = await connected(fixture)
      fixture.clock.now += limits.touchInterval
      await ann.request((session) => session.destroy())
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
        await ann.request()
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
      await ann.request((session) => session.rotate())
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
      fixture.takeCalls()
      let touches = 0
      for (let passed = 0; passed <= limits.maxAge; passed += limits.touchInterval) {
        fixture.clock.now += limits.touchInterval
        for (let heard = 0; heard < 10; heard++) equal(await watch.keepAlive(), true)
        touches++
      }
      equal(fixture.takeCalls().filter((call) => call === 'touch').length, touches)
      equal((await ann.read())?.userId, 'user-1')
      watch.close()
    },
  },
  {
    id: 'P7.8',
    title: 'connections of one token ask the store once in a touch window, whatever their number',
    needs: ['stored'],
    async run(fixture) {
      const { ann, watch } = await connected(fixture)
      const watches = [watch]
      for (let n = 0; n < 3; n++) {
        fixture.clock.now += limits.touchInterval
        await ann.request()
        for (let m = 0; m < 5; m++) watches.push(await fixture.manager.watch(headersOf(ann)))
      }
      const [, ...shared] = watches // the first is of another server
      fixture.clock.now += limits.touchInterval
      fixture.takeCalls()
      for (let heard = 0; heard < 2; heard++)
        for (const isAlive of await Promise.all(shared.map((each) => each.keepAlive())))
          equal(isAlive, true)
      const calls = fixture.takeCalls()
      equal(calls.filter((call) => call === 'touch').length <= 1, true)
      equal(calls.filter((call) => call === 'find').length <= 5, true) // a migration reads two stores
      for (const each of watches) each.close()
    },
  },
  {
    id: 'P8.5',
    title: 'a store that is down is an error to a connection, and never the end of its session',
    needs: ['wrap'],
    async run(fixture) {
      const control = createBackendControl()
      const { watch } = await connected(fixture, control.wrap)
      const outage = control.fail('find')
      fixture.clock.now += limits.touchInterval
      await rejects(watch.keepAlive(), { code: 'ERR_STORE_UNAVAILABLE' })
      outage.stop()
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

/** Returns a signed-in browser and its connection to another server. */
async function connected(
  fixture: StoreFixture,
  wrap?: Wrap,
): Promise<{ ann: Visitor; watch: Watch<TestData> }> {
  const ann = fixture.visitor()
  await ann.request((session) => session.login('user-1'))
  const server = fixture.connect(wrap ? { wrap } : {})
  return { ann, watch: await server.watch(headersOf(ann)) }
}

function headersOf({ cookie }: Visitor) {
  return { cookie }
}

/** Fails unless the connection's next message finds it over for this reason. */
async function isOver(watch: Watch<TestData>, why: string): Promise<void> {
  equal(await watch.keepAlive(), false)
  equal(await watch.ended, why)
}
