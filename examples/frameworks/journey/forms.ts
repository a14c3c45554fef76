/** Forms of this site and of other sites. */
import { ada } from '@sojourn/example-shop/journey/visitor'
import { describe, expect, test } from 'vitest'
import { press } from './form.ts'
import type { Place } from './server.ts'
import { arrive, arriveSignedIn, put } from './visit.ts'

const elsewhere = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }

/** Registers the tests of forms and CSRF. */
export function formsJourney(place: Place): void {
  describe('a form', () => {
    const email = 'ada@example.org'

    test('that carries the token of its session is kept', async () => {
      const visitor = await arriveSignedIn(place)
      const account = await visitor.get('/account')
      await press(visitor, account, { button: 'Keep the address', fields: { email } })
      expect((await visitor.get('/account')).text).toContain(`Your address: ${email}`)
    })

    test('that carries the token of another session changes nothing', async () => {
      const [visitor, other] = [await arriveSignedIn(place), await arriveSignedIn(place)]
      const account = await visitor.get('/account')
      const token = /name="_csrf" value="([^"]+)"/.exec((await other.get('/account')).html)?.[1]
      for (const _csrf of [token ?? 'none there', '']) {
        const fields = { email, _csrf }
        const refused = await press(visitor, account, { button: 'Keep the address', fields })
        expect([403, 404]).toContain(refused.status) // 404 of Next.js, for actions without scripts
      }
      expect((await visitor.get('/account')).text).toContain('Your address: none')
    })

    test('that another site sends is refused, and so is what its scripts send', async () => {
      const visitor = await arriveSignedIn(place)
      const [home, signIn] = [await visitor.get('/'), await visitor.get('/sign-in')]
      const button = 'Add Town map to the cart'
      const sent = [
        await press(visitor, home, { button, headers: elsewhere }),
        await press(visitor, home, { button, headers: { ...elsewhere, origin: 'null' } }),
        await press(visitor, signIn, { button: 'Sign in', headers: elsewhere, fields: ada }),
        await put(visitor, 'key', elsewhere),
        await put(visitor, 'key', { origin: elsewhere.origin }),
        await put(visitor, 'key', { 'sec-fetch-site': 'same-site' }),
      ]
      for (const { status, setCookies } of sent)
        expect([[400, 403], []]).toEqual([expect.arrayContaining([status]), setCookies])
      expect(sent.slice(3).map(({ status }) => status)).toEqual([403, 403, 403])
      expect((await visitor.get('/')).text).toContain('Cart 0')
    })

    test('that names its own origin alone passes, as from a browser that knows no Sec-Fetch-Site', async () => {
      const visitor = arrive(place)
      const headers = { origin: new URL(place.url).origin }
      await press(visitor, await visitor.get('/'), { button: 'Add Town map to the cart', headers })
      await put(visitor, 'map', headers)
      expect((await visitor.get('/')).text).toContain('Cart 2')
    })
  })
}
