/** Visitors who are not signed in: which requests set a cookie. */
import { createVisitor } from '@sojourn/example-shop/journey/visitor'
import { describe, expect, test } from 'vitest'
import { press } from './form.ts'
import type { Place } from './server.ts'
import { arrive, arriveSignedIn, browser, cookieShape, put } from './visit.ts'

/** Registers the tests that need no account. */
export function guestJourney(place: Place): void {
  describe('a visitor', () => {
    test('who only looks around gets no cookie', async () => {
      const visitor = arrive(place)
      for (const path of ['/', '/sign-in', '/account', '/api/cart', '/no-such-page'])
        expect((await visitor.get(path)).setCookies).toEqual([])
    })

    test('with a forged cookie, or rubbish, is one without', async () => {
      const visitor = await arriveSignedIn(place)
      const own = visitor.cookie
      const forged = `${own.slice(0, -1)}${own.endsWith('A') ? 'B' : 'A'}`
      for (const cookie of [
        forged,
        '__Host-sid=rubbish',
        '__Host-sid=',
        `__Host-sid=${'x'.repeat(5000)}`,
      ]) {
        visitor.cookie = cookie
        const { path, setCookies } = await visitor.get('/account')
        expect([path, setCookies]).toEqual(['/sign-in', []])
      }
      visitor.cookie = own
      expect((await visitor.get('/account')).text).toContain('Hello Ada Lovelace')
    })

    test('gets one cookie with the first thing kept, and no other while it is kept', async () => {
      const visitor = arrive(place)
      const home = await press(visitor, await visitor.get('/'), {
        button: 'Add Town map to the cart',
      })
      expect([home.path, home.setCookies]).toEqual(['/', [expect.stringMatching(cookieShape)]])
      expect(home.setCookies[0]).toMatch(/Max-Age=2592000/)
      expect(home.text).toContain('Cart 1')
      const again = await press(visitor, home, { button: 'Add Town map to the cart' })
      expect([again.setCookies, again.text]).toEqual([[], expect.stringContaining('Cart 2')])
    })

    test('whose proxy says that they came by plain HTTP is sent no Secure cookie', async () => {
      const visitor = createVisitor(place.plainUrl, browser)
      const { setCookies } = await put(visitor, 'map', { 'x-forwarded-proto': 'http' })
      expect([setCookies, visitor.cookie]).toEqual([[], ''])
    })

    test('loses nothing by parallel requests', async () => {
      const visitor = arrive(place)
      await put(visitor, 'key')
      const products = Array.from({ length: 10 }, () => ['key', 'bell']).flat()
      await Promise.all(products.map((product) => put(visitor, product)))
      expect(JSON.parse((await visitor.get('/api/cart')).html)).toEqual({ key: 11, bell: 10 })
    })
  })
}
