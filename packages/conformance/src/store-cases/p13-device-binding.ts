import { equal, match, notEqual, ok } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { nameOf } from '../jar.ts'
import { limits, type StoreCase } from '../store-fixture.ts'
import { testDeviceProtocol } from '../test-device.ts'
import type { Visitor } from '../visitor.ts'
import { boundBrowser, signedInBrowser, withoutBoundCookie } from './bound-browser.ts'

const lifetime = 8 * 60_000
const boundCookie = /^[^=;]+\.bound=[\w.-]+; Path=\/; /
const cleared = /^[^=;]+\.bound=; .*Max-Age=0/

/** P13: with the option `deviceBound` a stolen cookie opens nothing, in every store with conditional writes. */
export const deviceBindings: readonly StoreCase[] = [
  {
    id: 'P13.40',
    title: 'a browser that registers a key is bound from its next request on',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await signedInBrowser(fixture)
      const events: unknown[] = []
      for (const name of ['bound', 'refreshed', 'bindingRefused'] as const)
        browser.manager.on(name, (event) => events.push([name, event]))
      const id = await browser.visitor.request((session) => session.id)
      equal(await browser.binding(), 'none')
      const { status, setCookies } = await browser.register()
      deepEqual([status, setCookies.length], [200, 1])
      match(setCookies.join(), boundCookie)
      const alone = fixture.visitor(browser.manager)
      alone.cookie = withoutBoundCookie(browser.visitor.cookie)
      equal(await browser.binding(alone), 'pending')
      equal(await browser.binding(), 'bound')
      equal(await browser.visitor.request(({ info }) => info?.boundAt), fixture.clock.now)
      equal((await browser.refresh()).status, 200)
      deepEqual(events, [
        ['bound', { id, userId: 'user-1' }],
        ['refreshed', { id, userId: 'user-1' }],
      ])
      const other = fixture.connect({ deviceBound: testDeviceProtocol() })
      equal(await browser.binding(browser.visitor.copy().at(other)), 'bound')
    },
  },
  {
    id: 'P13.41',
    title: 'a thief of the cookies is out once the bound cookie has run out, at whatever stage',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await signedInBrowser(fixture)
      const thieves = [browser.visitor.copy()] // before the registration
      await browser.register()
      thieves.push(browser.visitor.copy()) // before it is confirmed
      equal(await browser.binding(), 'bound')
      thieves.push(browser.visitor.copy()) // after it
      await browser.refresh()
      thieves.push(browser.visitor.copy()) // after a refresh
      const refused: unknown[] = []
      browser.manager.on('bindingRefused', ({ reason }) => refused.push(reason))
      const statuses = () => Promise.all(thieves.map((thief) => browser.binding(thief)))
      deepEqual(await statuses(), ['unbound', 'bound', 'bound', 'bound'])
      fixture.clock.now += lifetime
      deepEqual(await statuses(), Array(4).fill('unbound'))
      deepEqual(refused.toSorted(), ['expired', 'expired', 'expired', 'missing', 'missing'])
      equal((await browser.refresh()).status, 200)
      deepEqual(await browser.visitor.read(), { data: {}, userId: 'user-1' })
    },
  },
  {
    id: 'P13.42',
    title: 'the token alone opens a bound session nowhere, and harms nothing',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const thief = browser.visitor.copy()
      thief.cookie = withoutBoundCookie(thief.cookie)
      const refused: unknown[] = []
      browser.manager.on('bindingRefused', (event) => refused.push(event))
      const { session, setCookies, finish } = await thief.begin()
      session.data['n'] = 2
      deepEqual(
        [session.userId, session.ended, session.binding, session.info],
        [undefined, 'unbound', 'none', undefined],
      )
      await finish()
      deepEqual(setCookies, [])
      const { ended, id } = await browser.manager.read({ cookie: thief.cookie })
      equal(ended, 'unbound')
      const watch = await browser.manager.watch({ cookie: thief.cookie })
      equal(await watch.ended, 'unbound')
      deepEqual(refused, Array(3).fill({ id, userId: 'user-1', reason: 'missing' }))
      equal((await browser.refresh({ cookie: thief.cookie, challenge: '' })).status, 403)
      deepEqual(await browser.visitor.read(), { data: {}, userId: 'user-1' })
    },
  },
  {
    id: 'P13.43',
    title: 'a browser that does not take part notices nothing',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const bound = await signedInBrowser(fixture)
      const plain = fixture.visitor()
      await plain.request((session) => session.login('user-2'))
      const use = async (visitor: Visitor) => {
        const { session, setCookies, finish } = await visitor.begin()
        session.data['n'] = fixture.clock.now
        await finish()
        return setCookies.map(nameOf)
      }
      for (let n = 0; n < 12; n++) {
        fixture.clock.now += limits.touchInterval + 1
        deepEqual(await use(bound.visitor), await use(plain))
      }
      equal(await bound.binding(), 'none')
    },
  },
  {
    id: 'P13.44',
    title: 'rotation by age and by cause keep the binding, and addFactor does',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      for (let n = 0; n < 10; n++) {
        fixture.clock.now += limits.touchInterval + 1
        equal((await browser.refresh()).status, 200)
        equal(await browser.binding(), 'bound')
        if (n % 4 === 0) await browser.visitor.request((session) => session.rotate())
      }
      await browser.visitor.request((session) => session.addFactor({ method: 'passkey' }))
      equal(await browser.binding(), 'bound')
      equal((await browser.refresh()).status, 200)
    },
  },
  {
    id: 'P13.45',
    title: 'a login of the same user drops the binding and offers a new one',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const before = browser.offered
      const old = browser.device.id
      const stolen = browser.visitor.copy()
      await browser.logIn()
      notEqual(browser.offered, '')
      notEqual(browser.offered, before)
      equal(withoutBoundCookie(browser.visitor.cookie), browser.visitor.cookie)
      equal(await browser.binding(), 'none')
      equal((await browser.refresh()).status, 404)
      equal((await browser.register(before)).status, 400)
      equal((await browser.register()).status, 200)
      equal(await browser.binding(), 'bound')
      notEqual(browser.device.id, old)
      equal(await browser.binding(stolen), 'stale')
    },
  },
  {
    id: 'P13.46',
    title: 'a logout deletes both cookies, and the browser is told that the session is over',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const { cookie } = browser.visitor.copy()
      const { session, finish, setCookies } = await browser.visitor.begin()
      await session.destroy()
      await finish()
      ok(setCookies.some((line) => cleared.test(line)))
      equal(browser.visitor.cookie, undefined)
      for (const late of [cookie, '']) {
        const answer = await browser.refresh({ cookie: late })
        deepEqual([answer.status, answer.body], [200, '{"over":true}'])
        equal(
          answer.setCookies.every((line) => cleared.test(line)),
          true,
        )
        equal(answer.setCookies.length, late === '' ? 0 : 1)
      }
    },
  },
]
