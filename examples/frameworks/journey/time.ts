/** Idle limit, rotation by age and streamed pages. */
import { ada, minutes } from '@sojourn/example-shop/journey/visitor'
import { describe, expect, test } from 'vitest'
import { press } from './form.ts'
import { begin } from './page.ts'
import type { Place } from './server.ts'
import { arrive, arriveSignedIn, cookieShape, put } from './visit.ts'

/** Registers the tests that move the server's clock. */
export function timeJourney(place: Place): void {
  describe('time', () => {
    test('does not end a session whose pages are only read', async () => {
      const visitor = await arriveSignedIn(place)
      for (let page = 0; page < 4; page++) {
        await place.pass(20 * minutes)
        expect((await visitor.get('/account')).text).toContain('Hello Ada Lovelace')
      }
      await place.pass(31 * minutes)
      expect((await visitor.get('/account')).path).toBe('/sign-in')
    })

    test('gives a page that is read a new token, and logs nobody out who never got it', async () => {
      const visitor = await arriveSignedIn(place)
      const [first, slow] = [visitor.cookie, arrive(place)]
      slow.cookie = first
      await place.pass(6 * minutes)
      const page = await visitor.get('/sign-in')
      expect(page.setCookies).toEqual([expect.stringMatching(cookieShape)])
      expect(page.headers.get('cache-control')).toMatch(/private|no-store/)
      expect(visitor.cookie).not.toBe(first)
      expect((await slow.get('/account')).text).toContain('Hello Ada Lovelace')
      expect((await visitor.get('/account')).text).toContain('Hello Ada Lovelace')
    })

    test('for a new token is no obstacle to a login, nor to a logout', async () => {
      const visitor = arrive(place)
      await put(visitor, 'mug')
      await place.pass(6 * minutes)
      const form = await visitor.get('/sign-in')
      await place.pass(6 * minutes)
      const account = await press(visitor, form, { button: 'Sign in', fields: ada })
      expect(account.text).toContain('Hello Ada Lovelace')
      expect((await visitor.get('/')).text).toContain('Cart 1')
      await place.pass(6 * minutes)
      const bye = await press(visitor, account, { button: 'Sign out' })
      expect(bye.path).toBe('/')
      // In Next.js the proxy may leave an offer behind, which opens nothing without a session cookie.
      expect(visitor.cookie).toMatch(/^(__Host-sid\.next=\S+)?$/)
      expect(bye.setCookies.join()).toMatch(/__Host-sid=;[^,]*Max-Age=0/)
    })

    test('spent on a slow service holds back neither the page nor its cookie', async () => {
      const visitor = await arriveSignedIn(place)
      await place.pass(6 * minutes)
      const release = place.deliveries.hold()
      const { headers, until } = await begin(`${place.url}/account`, visitor.cookie)
      expect(await until('Looking for parcels')).toMatch(/Hello (<!-- -->)?Ada Lovelace/)
      expect(headers.getSetCookie()).toEqual([expect.stringMatching(cookieShape)])
      release()
      expect(await until('on Friday')).toContain('Your lantern arrives on Friday.')
    })
  })
}
