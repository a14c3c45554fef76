import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import { createBackendControl } from '../backend-control.ts'
import { writeOperations } from '../intercept-operations.ts'
import { limits, type StoreCase } from '../store-fixture.ts'
import { testDeviceProtocol } from '../test-device.ts'
import { put } from '../visitor.ts'
import { boundBrowser, signedInBrowser, withoutBoundCookie } from './bound-browser.ts'

const minute = 60_000
const lifetime = 8 * minute

/** P13: what a browser proves to the option `deviceBound`, when and how often, on parallel requests and in trouble. */
export const deviceProofs: readonly StoreCase[] = [
  {
    id: 'P13.47',
    title: 'a registration needs the challenge of this session, once and in time',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await signedInBrowser(fixture)
      const other = await signedInBrowser(fixture)
      const statusOf = async (challenge?: string) => (await browser.register(challenge)).status
      equal(await statusOf('wrong'), 400)
      equal(await statusOf(other.offered), 400)
      fixture.clock.now += 5 * minute + 1
      equal(await statusOf(), 400)
      equal(await browser.binding(), 'none')
      await browser.logIn()
      equal(await statusOf(), 200)
      const { id } = browser.device
      equal(await statusOf(), 400)
      equal(await browser.binding(), 'bound')
      equal(await statusOf(), 400)
      const elsewhere = await boundBrowser(fixture)
      equal((await elsewhere.refresh({ headers: { 'test-binding': id } })).status, 404)
      equal((await elsewhere.refresh({ challenge: other.offered })).status, 403)
      equal((await browser.refresh()).status, 200)
    },
  },
  {
    id: 'P13.48',
    title: 'of parallel registrations by one challenge, one wins',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await signedInBrowser(fixture)
      const answers = await Promise.all(Array.from({ length: 10 }, () => browser.register()))
      equal(answers.filter(({ status }) => status === 200).length, 1)
      equal(answers.filter(({ status }) => status === 400).length, 9)
      equal(await browser.binding(), 'bound')
    },
  },
  {
    id: 'P13.49',
    title: 'twenty tabs that refresh at once all get a valid cookie, on several servers',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const servers = [browser.manager, fixture.connect({ deviceBound: testDeviceProtocol() })]
      fixture.clock.now += lifetime
      equal(await browser.binding(), 'unbound')
      const cookie = browser.visitor.cookie
      const tabs = Array.from({ length: 20 }, async (_, n) => {
        const at = servers[n % 2] ?? browser.manager
        const answer = await browser.refresh({ cookie, at })
        equal(answer.status, 200)
        return answer.setCookies.map((line) => line.split(';', 1).join()).join()
      })
      for (const line of await Promise.all(tabs)) {
        const tab = browser.visitor.copy()
        tab.cookie = `${withoutBoundCookie(cookie)}; ${line}`
        equal(await browser.binding(tab), 'bound')
      }
    },
  },
  {
    id: 'P13.50',
    title: 'a captured proof is of use for a minute, and using it does not make that longer',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const { challenge } = browser.device
      const { cookie } = browser.visitor.copy()
      equal((await browser.refresh()).status, 200)
      for (let n = 0; n < 2; n++) {
        fixture.clock.now += 0.4 * minute
        equal((await browser.refresh({ challenge, cookie })).status, 200)
      }
      fixture.clock.now += 0.2 * minute
      equal((await browser.refresh({ challenge, cookie })).status, 403)
      equal((await browser.refresh()).status, 200)
    },
  },
  {
    id: 'P13.51',
    title: 'a store in trouble is a 503, never the end of a binding, and opens nothing',
    needs: ['conditionalWrite', 'wrap'],
    async run(fixture) {
      const control = createBackendControl()
      const browser = await boundBrowser(fixture, {}, { wrap: control.wrap })
      const thief = browser.visitor.copy()
      thief.cookie = withoutBoundCookie(thief.cookie)
      for (const operations of [['find'], writeOperations] as const) {
        const outage = control.fail(operations)
        fixture.clock.now += 2 * minute // later than a proof may be repeated without a write
        const { status, body, setCookies } = await browser.refresh()
        deepEqual([status, body, setCookies], [503, '', []])
        outage.stop()
        equal((await browser.refresh()).status, 200)
        equal(await browser.binding(), 'bound')
        equal(await browser.binding(thief), 'unbound')
      }
    },
  },
  {
    id: 'P13.52',
    title: 'the absolute limit and the idle limit hold, whatever the browser proves',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      fixture.clock.now += limits.maxAge - minute
      equal((await browser.refresh()).status, 403) // the challenge is too old, and the answer has another one
      equal((await browser.refresh()).status, 200)
      fixture.clock.now += minute + limits.touchInterval
      equal((await browser.refresh()).body, '{"over":true}')
      const busy = await boundBrowser(fixture)
      const began = fixture.clock.now
      while (fixture.clock.now < began + limits.absoluteTimeout - 2 * lifetime) {
        fixture.clock.now += lifetime
        equal((await busy.refresh()).status, 200)
        equal(await busy.binding(), 'bound')
      }
      fixture.clock.now = began + limits.absoluteTimeout
      equal((await busy.refresh()).body, '{"over":true}')
      equal(await busy.visitor.read(), null)
    },
  },
  {
    id: 'P13.58',
    title: 'a token that is being replaced ends no binding: the browser tries again',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const { cookie } = browser.visitor.copy()
      await browser.visitor.request((session) => session.rotate())
      equal((await browser.refresh({ cookie })).status, 503)
      equal((await browser.refresh()).status, 200)
    },
  },
  {
    id: 'P13.59',
    title: 'servers whose clocks differ by seconds agree',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const skewed = [-20_000, 20_000].map((by) =>
        fixture.connect({
          deviceBound: testDeviceProtocol(),
          clock: () => fixture.clock.now + by,
        }),
      )
      for (let n = 0; n < 20; n++) {
        fixture.clock.now += (n % 5) * minute
        const at = skewed[n % 2] ?? browser.manager
        let answer = await browser.refresh({ at })
        if (answer.status === 403) answer = await browser.refresh({ at })
        equal(answer.status, 200)
        for (const other of [browser.manager, ...skewed])
          equal(await browser.binding(browser.visitor.at(other)), 'bound')
      }
    },
  },
  {
    id: 'P13.60',
    title: 'a parallel login leaves one session that can be bound',
    needs: ['conditionalWrite', 'stored'],
    async run(fixture) {
      const browser = await signedInBrowser(fixture)
      const stranger = fixture.visitor(browser.manager)
      await stranger.request(put({ cart: 1 }))
      const tabs = await Promise.all([stranger.copy().begin(), stranger.copy().begin()])
      await Promise.all(tabs.map(({ session }) => session.login('user-1')))
      for (const { finish, setCookies, carrier } of tabs) {
        await finish()
        browser.visitor.cookie = setCookies.map((line) => line.split(';', 1).join()).join('; ')
        fixture.clock.now += 1
        const { status } = await browser.register(carrier.responseHeaders.get('test-registration'))
        equal(status, 200)
      }
      equal(await browser.binding(), 'bound')
    },
  },
]
