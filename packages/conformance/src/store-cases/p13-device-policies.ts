import { equal } from 'node:assert/strict'
import { deepEqual } from '../asserts.ts'
import type { StoreCase } from '../store-fixture.ts'
import { boundBrowser, signedInBrowser, withoutBoundCookie } from './bound-browser.ts'

const minute = 60_000
const lifetime = 8 * minute

/** P13: what opens without a proof, by the policy of the option `deviceBound`, and what asks for one. */
export const devicePolicies: readonly StoreCase[] = [
  {
    id: 'P13.53',
    title: 'a browser may skip a refresh for a while, a thief may not',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const saying = (id: string) => browser.visitor.copy({ headers: { 'test-skipped': id } })
      const early = saying(browser.device.id) // while its own browser still has a cookie
      early.cookie = withoutBoundCookie(early.cookie)
      equal(await browser.binding(early), 'unbound')
      fixture.clock.now += lifetime
      equal(await browser.binding(saying(browser.device.id)), 'skipped')
      equal(await browser.binding(saying('d')), 'unbound')
      fixture.clock.now += 10 * minute
      equal(await browser.binding(saying(browser.device.id)), 'unbound')
      await browser.refresh() // asks for a challenge, if the last one is too old
      equal((await browser.refresh()).status, 200)
      equal(await browser.binding(), 'bound')
    },
  },
  {
    id: 'P13.54',
    title:
      "the policies 'step-up' and 'event' let a session open without its key, until more is asked",
    needs: ['conditionalWrite'],
    async run(fixture) {
      for (const policy of ['step-up', 'event'] as const) {
        const browser = await boundBrowser(fixture, { policy })
        const thief = browser.visitor.copy()
        thief.cookie = withoutBoundCookie(thief.cookie)
        equal(await browser.binding(thief), 'missing')
        const refused = await thief.request((session) => {
          equal(session.requireUser(), 'user-1')
          return [
            codeOf(() => session.requireRecent('1h')),
            codeOf(() => session.requireBound({ orRecent: '1h' })),
          ]
        })
        const recent = policy === 'event' ? undefined : 'ERR_SESSION_NOT_RECENT 401'
        deepEqual(refused, [recent, 'ERR_SESSION_NOT_BOUND 401'])
        await thief.request((session) => session.login('user-1'))
        await thief.request((session) => {
          session.requireRecent('1h')
          session.requireBound({ orRecent: '1h' })
        })
      }
    },
  },
  {
    id: 'P13.55',
    title:
      'requireBound lets bound sessions pass, and others only after a recent login if that is asked for',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await signedInBrowser(fixture)
      const refusals = () =>
        browser.visitor.request((session) => [
          codeOf(() => session.requireBound()),
          codeOf(() => session.requireBound({ orRecent: '5m' })),
        ])
      deepEqual(await refusals(), ['ERR_SESSION_NOT_BOUND 403', undefined])
      fixture.clock.now += 6 * minute
      deepEqual(await refusals(), ['ERR_SESSION_NOT_BOUND 403', 'ERR_SESSION_NOT_BOUND 401'])
      await browser.logIn()
      await browser.register()
      fixture.clock.now += 6 * minute
      deepEqual(await refusals(), [undefined, undefined])
      const nobody = fixture.visitor(browser.manager)
      equal(
        await nobody.request((session) => codeOf(() => session.requireBound())),
        'ERR_SESSION_REQUIRED 401',
      )
    },
  },
  {
    id: 'P13.56',
    title: 'a user whose browser has lost its key goes on after a login',
    needs: ['conditionalWrite'],
    async run(fixture) {
      const browser = await boundBrowser(fixture)
      const id = await browser.visitor.request((session) => {
        session.data['n'] = 1
        return session.id
      })
      browser.visitor.cookie = withoutBoundCookie(browser.visitor.cookie)
      equal(await browser.binding(), 'unbound')
      await browser.logIn()
      const seen = await browser.visitor.request((session) => [
        session.id,
        session.data['n'],
        session.binding,
      ])
      deepEqual(seen, [id, 1, 'none'])
      equal((await browser.register()).status, 200)
      equal(await browser.binding(), 'bound')
    },
  },
  {
    id: 'P13.57',
    title: 'who acts as another user stays bound, there and back',
    needs: ['conditionalWrite', 'acts'],
    async run(fixture) {
      const browser = await boundBrowser(fixture, {}, { acting: true })
      const offers = async (act: Parameters<typeof browser.visitor.request>[0]) => {
        const { session, carrier, finish } = await browser.visitor.begin()
        await act?.(session)
        await finish()
        return carrier.responseHeaders.get('test-registration')
      }
      equal(await offers((session) => session.actAs('user-2')), undefined)
      equal(await browser.binding(), 'bound')
      fixture.clock.now += lifetime
      equal(await browser.binding(), 'unbound')
      equal((await browser.refresh()).status, 200)
      equal(await browser.binding(), 'bound')
      const thief = browser.visitor.copy()
      thief.cookie = withoutBoundCookie(thief.cookie)
      equal(await browser.binding(thief), 'unbound')
      const { cookie } = browser.visitor.copy()
      equal(await offers((session) => session.stopActing()), undefined)
      equal((await browser.refresh({ cookie })).status, 503) // the acting session is over, the key is not
      equal(await browser.binding(), 'bound')
      equal((await browser.refresh()).status, 200)
    },
  },
]

function codeOf(act: () => void): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    const { code, status } = Object(error)
    return `${code} ${status}`
  }
}
