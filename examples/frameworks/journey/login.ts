/** Signing in and out. */
import { ada } from '@sojourn/example-shop/journey/visitor'
import { describe, expect, test } from 'vitest'
import { press } from './form.ts'
import type { Place } from './server.ts'
import { arrive, arriveSignedIn, cookieShape, put, signIn } from './visit.ts'

/** Registers the tests of one account. */
export function loginJourney(place: Place): void {
  describe('a login', () => {
    test('is there on the page that it leads to, with the cart, and the old cookie opens nothing', async () => {
      const visitor = arrive(place)
      await put(visitor, 'mug')
      const before = visitor.cookie
      const account = await signIn(visitor)
      expect([account.path, account.status]).toEqual(['/account', 200])
      expect(account.text).toContain('Hello Ada Lovelace')
      expect(account.setCookies).toEqual([expect.stringMatching(cookieShape)])
      expect((await visitor.get('/')).text).toContain('Cart 1')
      expect(visitor.cookie).not.toBe(before)

      const late = arrive(place)
      late.cookie = before
      const { text, setCookies } = await late.get('/')
      expect([text, setCookies]).toEqual([expect.stringContaining('Cart 0'), []])
    })

    test('with a wrong password says so, keeps the name and sets no cookie', async () => {
      const visitor = arrive(place)
      const fields = { ...ada, password: 'wrong' }
      const view = await press(visitor, await visitor.get('/sign-in'), {
        button: 'Sign in',
        fields,
      })
      expect(view.text).toContain('That name and password do not belong together.')
      expect(view.html).toMatch(/<input[^>]*name="login"[^>]*value="ada"/)
      expect(view.html).not.toContain('wrong')
      expect([visitor.cookie, view.setCookies]).toEqual(['', []])
    })

    test('is what the account page asks for', async () => {
      const visitor = arrive(place)
      await put(visitor, 'mug')
      const { path, text, setCookies } = await visitor.get('/account')
      expect([path, text, setCookies]).toEqual([
        '/sign-in',
        expect.not.stringContaining('Hello'),
        [],
      ])
    })

    test('ends for good: the cookie is taken back, and no copy of it opens anything', async () => {
      const visitor = await arriveSignedIn(place)
      const copy = arrive(place)
      copy.cookie = visitor.cookie
      const bye = await press(visitor, await visitor.get('/account'), { button: 'Sign out' })
      expect([bye.path, visitor.cookie]).toEqual(['/', ''])
      expect(bye.setCookies).toEqual([expect.stringMatching(/^__Host-sid=; Path=\/;.*Max-Age=0/)])
      expect(bye.text).toContain('Nobody is signed in.')
      const { path, setCookies } = await copy.get('/account')
      expect([path, setCookies]).toEqual(['/sign-in', []])
      expect((await copy.get('/')).text).toContain('Nobody is signed in.')
    })
  })
}
