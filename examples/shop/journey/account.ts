/** Sign-in, sign-out, and their cookies. */
import { expect, test } from 'vitest'
import { ada, add, cartOf, createVisitor, grace, idOf, signIn } from './visitor.ts'

/** Registers the tests of one account on one device. */
export function accountJourney(baseUrl: () => string): void {
  const arrive = () => createVisitor(baseUrl())
  const signedIn = (who: typeof ada) => signIn(baseUrl(), who)

  test('signing in keeps the cart and changes the cookie, and the old one is dead at once', async () => {
    const visitor = arrive()
    await add(visitor, 'bell', 'map')
    const before = { cookie: visitor.cookie, id: idOf(await visitor.get('/')) }
    const home = await visitor.post('/sign-in', ada)
    expect(home.text).toContain('Signed in as Ada Lovelace.')
    expect(cartOf(await visitor.get('/cart'))).toEqual({ bell: 1, map: 1 })
    expect(visitor.cookie).not.toBe(before.cookie)
    expect(idOf(home)).not.toBe(before.id)

    const late = arrive()
    late.cookie = before.cookie
    const refused = await late.get('/cart')
    expect(refused.status).toBe(401)
    expect(refused.text).toContain('This cookie opens nothing')
    expect(refused.setCookies).toEqual([])
  })

  test('a wrong password signs nobody in and costs no cookie', async () => {
    const visitor = arrive()
    for (const password of ['', 'analytical ', grace.password]) {
      const { status, text, setCookies } = await visitor.post('/sign-in', {
        login: 'ada',
        password,
      })
      expect(status).toBe(401)
      expect(text).toContain('That name and password do not belong together.')
      expect(setCookies).toEqual([])
    }
    expect((await visitor.post('/sign-in', { login: 'nobody', password: '' })).text).toContain(
      'do not belong together',
    )
  })

  test('a wrong password keeps the name and the choice that were sent, but not the password', async () => {
    const sent = { login: '"Ada" <ada>', password: 'secret words', remember: 'on' }
    const { html } = await arrive().post('/sign-in', sent)
    expect(html).toContain('value="&quot;Ada&quot; &lt;ada&gt;"')
    expect(html).toMatch(/name="remember" checked/)
    expect(html).not.toContain(sent.password)
    const { html: other } = await arrive().post('/sign-in', { password: 'wrong' })
    expect(other).not.toMatch(/name="remember" checked/)
  })

  test('signing out ends the session everywhere and takes the cookie away', async () => {
    const visitor = await signedIn(ada)
    const { cookie } = visitor
    const bye = await visitor.post('/sign-out')
    expect(bye.text).toContain('You are signed out')
    expect(visitor.cookie).toBe('')
    visitor.cookie = cookie
    expect((await visitor.get('/')).status).toBe(401)
  })

  test('a new token leaves the id as it is, and the old token opens nothing', async () => {
    const visitor = await signedIn(ada)
    const { cookie } = visitor
    const id = idOf(await visitor.get('/'))
    expect(idOf(await visitor.post('/rotate'))).toBe(id)
    expect(visitor.cookie).not.toBe(cookie)
    visitor.cookie = cookie
    expect((await visitor.get('/')).status).toBe(401)
  })
}
